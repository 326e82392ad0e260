package io.postern.km.ca;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.PublicKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("RFC 2986 certification requests")
class CertificateRequestsTest {
    private static final KeyPair KEYS = KeyKind.P_256.generate(TestCa.RANDOM);

    private static byte[] request(PublicKey key, KeyPair signer) throws Exception {
        return new JcaPKCS10CertificationRequestBuilder(new X500Principal("CN=Reader"), key)
                .addAttribute(
                        PKCSObjectIdentifiers.pkcs_9_at_extensionRequest,
                        new Extensions(
                                new Extension(
                                        Extension.subjectAlternativeName,
                                        false,
                                        new GeneralNames(
                                                        new GeneralName(
                                                                GeneralName.rfc822Name,
                                                                "reader@example.com"))
                                                .getEncoded())))
                .build(
                        new JcaContentSignerBuilder(
                                        signer.getPublic().getAlgorithm().equals("RSA")
                                                ? "SHA256withRSA"
                                                : "SHA256withECDSA")
                                .build(signer.getPrivate()))
                .getEncoded();
    }

    private static CertificateRequests.Read.Ok ok(byte[] text) {
        return assertInstanceOf(CertificateRequests.Read.Ok.class, CertificateRequests.read(text));
    }

    private static CertificateRequests.Reason reason(byte[] text) {
        return assertInstanceOf(
                        CertificateRequests.Read.Refused.class, CertificateRequests.read(text))
                .reason();
    }

    private static byte[] pem(byte[] der) {
        return ("Some words before\n-----BEGIN CERTIFICATE REQUEST-----\n"
                        + Base64.getMimeEncoder().encodeToString(der)
                        + "\n-----END CERTIFICATE REQUEST-----\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    @DisplayName("§4 DER and PEM give key, subject and addresses")
    void read() throws Exception {
        for (var keys : List.of(KEYS, KeyKind.RSA_3072.generate(TestCa.RANDOM))) {
            var der = request(keys.getPublic(), keys);
            for (var text : List.of(der, pem(der))) {
                var read = ok(text);
                assertEquals(keys.getPublic(), read.key());
                assertEquals("CN=Reader", read.subject());
                assertEquals(List.of("reader@example.com"), read.addresses());
            }
        }
    }

    @Test
    @DisplayName("§3 who does not sign with the key has not shown to hold it")
    void proof() throws Exception {
        var other = KeyKind.P_256.generate(TestCa.RANDOM);
        assertEquals(CertificateRequests.Reason.PROOF, reason(request(KEYS.getPublic(), other)));
        var rsa = KeyKind.RSA_3072.generate(TestCa.RANDOM);
        assertEquals(CertificateRequests.Reason.PROOF, reason(request(KEYS.getPublic(), rsa)));
    }

    @Test
    @DisplayName("a weak key is refused before its proof is looked at")
    void weak() throws Exception {
        assertEquals(CertificateRequests.Reason.KEY, reason(request(WeakKeys.rsa1024(), KEYS)));
        assertEquals(
                CertificateRequests.Reason.KEY, reason(request(WeakKeys.curve("secp521r1"), KEYS)));
    }

    @Test
    @DisplayName(
            "cut, changed, long and random octets are refusals, never exceptions; none reads as another")
    void hostile() throws Exception {
        var good = request(KEYS.getPublic(), KEYS);
        for (int i = 0; i < good.length; i++) {
            assertEquals(CertificateRequests.Reason.MALFORMED, reason(Arrays.copyOf(good, i)));
        }
        var random = new Random(6);
        for (int i = 0; i < 500; i++) {
            var bad = good.clone();
            bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
            // What is not signed may change (BER that is the same DER, unused bits): then nothing
            // of
            // what is read has.
            if (CertificateRequests.read(bad) instanceof CertificateRequests.Read.Ok read) {
                assertEquals(ok(good), read);
            }
            var noise = new byte[random.nextInt(400)];
            random.nextBytes(noise);
            assertEquals(CertificateRequests.Reason.MALFORMED, reason(noise));
        }
        assertEquals(CertificateRequests.Reason.MALFORMED, reason(new byte[1 << 20]));
        assertEquals(
                CertificateRequests.Reason.MALFORMED,
                reason(pem("no base64 DER".getBytes(StandardCharsets.US_ASCII))));
    }
}
