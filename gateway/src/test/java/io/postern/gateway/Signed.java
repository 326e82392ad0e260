package io.postern.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.postern.auth.arc.ArcSealer;
import io.postern.auth.arc.ArcVerdict;
import io.postern.auth.authres.AuthenticationResults;
import io.postern.auth.dkim.BodyHasher;
import io.postern.auth.dkim.DkimAlgorithm;
import io.postern.auth.dkim.DkimSigner;
import io.postern.auth.dkim.SignOptions;
import io.postern.auth.dkim.SignatureFactory;
import io.postern.auth.dkim.SigningException;
import io.postern.auth.dkim.SigningKey;
import io.postern.mail.Domain;
import io.postern.mail.HeaderField;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// Signs messages as a correspondent does, with an Ed25519 key of the tests.
final class Signed {
    private static final KeyPair KEY = key();

    private Signed() {}

    private static KeyPair key() {
        try {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /// A line of a zone file with the public half.
    static String record(String domain) {
        var encoded = KEY.getPublic().getEncoded();
        return "s1._domainkey.%s. 60 IN TXT \"v=DKIM1; k=ed25519; p=%s\"\n"
                .formatted(
                        domain,
                        Base64.getEncoder()
                                .encodeToString(
                                        Arrays.copyOfRange(
                                                encoded, encoded.length - 32, encoded.length)));
    }

    /// The message sealed on top by a list that says it saw DMARC pass, lines ending with LF. RFC
    /// 8617.
    static String sealedBy(String domain, String message, Instant now) {
        return sealedBy(domain, "pass", "strict.example", message, now);
    }

    /// @param result what it says that it saw of DMARC
    /// @param author whose mail it says it was
    static String sealedBy(
            String domain, String result, String author, String message, Instant now) {
        var octets = message.replace("\r\n", "\n").replace("\n", "\r\n");
        int split = octets.indexOf("\r\n\r\n");
        var header = House.header(octets.substring(0, split + 2).getBytes(ISO_8859_1));
        var hasher = new BodyHasher(List.of(ArcSealer.bodyHashRequest()));
        var body = octets.substring(split + 4).getBytes(ISO_8859_1);
        hasher.update(body, 0, body.length);
        var found =
                new AuthenticationResults(
                        domain,
                        List.of(
                                new AuthenticationResults.MethodResult(
                                        "dmarc",
                                        result,
                                        Optional.empty(),
                                        Optional.empty(),
                                        List.of(
                                                new AuthenticationResults.Property(
                                                        "header", "from", author)))));
        var sealing =
                new ArcSealer(SignatureFactory.PLATFORM)
                        .seal(
                                header,
                                hasher.finish().getFirst(),
                                new ArcVerdict.None(),
                                found,
                                new SigningKey(
                                        Domain.of(domain),
                                        "s1",
                                        DkimAlgorithm.ED25519_SHA256,
                                        KEY.getPrivate()),
                                now);
        if (!(sealing instanceof ArcSealer.Sealing.Sealed(var fields))) {
            throw new AssertionError(sealing.toString());
        }
        var top = fields.stream().map(HeaderField::raw).collect(Collectors.joining());
        return (top + octets).replace("\r\n", "\n");
    }

    /// The message with a signature on top, lines ending with LF.
    static String by(String domain, String message, Instant now) throws SigningException {
        var octets = message.replace("\r\n", "\n").replace("\n", "\r\n");
        int split = octets.indexOf("\r\n\r\n");
        var header = House.header(octets.substring(0, split + 2).getBytes(ISO_8859_1));
        var hasher = BodyHasher.of(SignOptions.STANDARD);
        var body = octets.substring(split + 4).getBytes(ISO_8859_1);
        hasher.update(body, 0, body.length);
        var key =
                new SigningKey(
                        Domain.of(domain), "s1", DkimAlgorithm.ED25519_SHA256, KEY.getPrivate());
        var field =
                new DkimSigner()
                        .sign(
                                header,
                                hasher.finish().getFirst(),
                                List.of(key),
                                SignOptions.STANDARD,
                                now)
                        .getFirst();
        return (field.raw() + octets).replace("\r\n", "\n");
    }
}
