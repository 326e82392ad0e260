package io.postern.auth.dkim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.mail.HeaderField;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Signatures that verify, each with a key that is there: who means harm has a domain of his own.
@DisplayName("RFC 6376 §8.4 what verifying a message costs, counted")
class WorkTest {
    private static final String TAGS =
            "v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=s; h=";

    private final Counting counting = new Counting();

    private List<SignatureResult> verify(SampleMail mail, ZoneResolver zone) {
        var run =
                new DkimVerifier(zone, DkimPolicy.STANDARD, counting)
                        .start(mail.header(), Verifying.NOW);
        var octets = mail.bodyOctets();
        run.body(octets, 0, octets.length);
        return run.finish();
    }

    private static ZoneResolver zone() {
        return new ZoneResolver()
                .txt("s._domainkey.example.com", TestKeys.record(TestKeys.RSA_2048));
    }

    /// A mail with so many fields X of that length, and one of From.
    private static SampleMail mail(int fields, int length) {
        return SampleMail.of(
                "From: a@example.com\n"
                        + ("X: " + "y".repeat(length) + "\n").repeat(fields)
                        + "\nz\n");
    }

    private static SampleMail under(SampleMail mail, HeaderField signature, int times) {
        return mail.under(Collections.nCopies(times, signature));
    }

    private static HeaderField signature(SampleMail mail, String names) {
        return Forge.sign(mail, TAGS + names, TestKeys.RSA_2048).header().fields().getFirst();
    }

    @Test
    @DisplayName("of a thousand good signatures eight are verified, with one question")
    void signatures() {
        var mail = mail(0, 0);
        var zone = zone();
        var results = verify(under(mail, signature(mail, "from"), 1000), zone);
        assertEquals(1000, results.size());
        assertEquals(8, counting.verified);
        assertEquals(8, results.stream().filter(SignatureResult::passed).count());
        assertEquals(1, zone.asked.get());
        assertTrue(counting.octets < 8 * 1000, "octets " + counting.octets);
    }

    @Test
    @DisplayName("all signatures together cover 256 KiB of header, the others are policy")
    void octets() {
        var mail = mail(100, 1_000);
        var names = "from" + ":x".repeat(100);
        var results = verify(under(mail, signature(mail, names), 8), zone());
        assertEquals(
                List.of("pass", "pass", "policy", "policy", "policy", "policy", "policy", "policy"),
                results.stream().map(one -> one.result().word()).toList());
        assertEquals(2, counting.verified);
        assertTrue(counting.octets < 256 * 1024 + 2_000, "octets " + counting.octets);
        assertTrue(results.getFirst().steps().size() < 70, "steps");
    }

    @Test
    @DisplayName("a signature that names more than 300 fields is policy, and nothing is asked")
    void names() {
        var mail = mail(0, 0);
        var zone = zone();
        var word = List.of("pass", "policy: h= names more than 300 fields");
        var most = signature(mail, "from" + ":x".repeat(299));
        var more = new HeaderField(most.name(), most.raw().replace("h=from", "h=from:x"));
        assertEquals(word, Verifying.words(verify(mail.under(List.of(most, more)), zone)));
        assertEquals(1, counting.verified);
        assertEquals(1, zone.asked.get());
    }

    @Test
    @DisplayName("a signature field of more than 32 KiB is not read")
    void length() {
        var mail = mail(0, 0);
        var field = signature(mail, "from; z=" + "x".repeat(33_000));
        var zone = zone();
        var results = verify(mail.under(List.of(field)), zone);
        assertEquals("policy", results.getFirst().result().word());
        assertEquals(0, counting.verified);
        assertEquals(0, zone.asked.get());
    }

    /// Counts signatures that are verified, and the octets that they are about.
    private static final class Counting implements SignatureFactory {
        private int verified;
        private long octets;

        @Override
        public Signature create(String algorithm) throws NoSuchAlgorithmException {
            var real = SignatureFactory.PLATFORM.create(algorithm);
            return new Signature(algorithm) {
                @Override
                protected void engineInitVerify(PublicKey key) throws InvalidKeyException {
                    real.initVerify(key);
                }

                @Override
                protected void engineInitSign(PrivateKey key) {
                    throw new AssertionError("signs");
                }

                @Override
                protected void engineUpdate(byte octet) throws SignatureException {
                    octets++;
                    real.update(octet);
                }

                @Override
                protected void engineUpdate(byte[] from, int offset, int length)
                        throws SignatureException {
                    octets += length;
                    real.update(from, offset, length);
                }

                @Override
                protected byte[] engineSign() {
                    throw new AssertionError("signs");
                }

                @Override
                protected boolean engineVerify(byte[] signature) throws SignatureException {
                    verified++;
                    return real.verify(signature);
                }

                @Override
                @Deprecated
                protected void engineSetParameter(String name, Object value) {
                    throw new AssertionError("parameters");
                }

                @Override
                @Deprecated
                protected Object engineGetParameter(String name) {
                    throw new AssertionError("parameters");
                }
            };
        }
    }
}
