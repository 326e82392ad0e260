package io.postern.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.github.benmanes.caffeine.cache.Ticker;
import io.postern.auth.dkim.BodyHash;
import io.postern.auth.dkim.BodyHasher;
import io.postern.auth.dkim.DkimSigner;
import io.postern.auth.dkim.SignOptions;
import io.postern.auth.dkim.SigningKey;
import io.postern.dns.CachingResolver;
import io.postern.dns.ZoneFileResolver;
import io.postern.gateway.authentication.Authentication;
import io.postern.mail.Domain;
import io.postern.mail.HeaderField;
import io.postern.mail.HeaderFields;
import io.postern.mail.HeaderLimits;
import io.postern.mail.HeaderParse;
import io.postern.mail.Mailbox;
import io.postern.mail.Paths;
import io.postern.mail.ReversePath;
import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/// A message of 10 KB from a stranger, and a gateway that authenticates it with a DNS of one zone,
/// all of whose answers are in the cache after the first message.
///
/// @param header above which others may be put
record Scene(String zone, Authentication authentication, HeaderFields header) {
    static final Domain DOMAIN = Domain.of("example.org");

    private static final byte[] BODY =
            "One line of a report, some sixty octets long, and no more.\r\n"
                    .repeat(170)
                    .getBytes(US_ASCII);
    private static final InetAddress CLIENT = InetAddress.ofLiteral("192.0.2.25");
    private static final ReversePath REVERSE_PATH = reversePath();

    /// An ordinary one, not signed yet.
    ///
    /// @param zone beside SPF and DMARC
    static Scene of(String zone) {
        var records =
                """
                example.org. 3600 IN TXT "v=spf1 ip4:198.51.100.0/24 include:_spf.example.org -all"
                _spf.example.org. 3600 IN TXT "v=spf1 ip4:203.0.113.0/24 ip4:192.0.2.0/24 -all"
                mx.example.org. 3600 IN TXT "v=spf1 ip4:192.0.2.25 -all"
                _dmarc.example.org. 3600 IN TXT "v=DMARC1; p=reject; rua=mailto:d@example.org"
                """;
        return of(records, zone);
    }

    /// The same with another SPF.
    static Scene of(String records, String zone) {
        var section =
                """
                From: Reports <reports@example.org>
                To: somebody@example.com
                Subject: figures of the day
                Date: Sun, 22 Nov 2026 05:00:00 +0000
                Message-ID: <1@example.org>
                MIME-Version: 1.0
                Content-Type: text/plain; charset=utf-8
                """
                        .replace("\n", "\r\n");
        return new Scene(records + zone, authentication(records + zone), parse(section));
    }

    /// The same with more records in the zone.
    Scene alsoIn(String records) {
        return new Scene(zone + records, authentication(zone + records), header);
    }

    private static Authentication authentication(String zone) {
        return switch (ZoneFileResolver.parse(zone)) {
            case ZoneFileResolver.Parsed.Ok(var resolver) ->
                    new Authentication(
                            "gw.example.com",
                            Duration.ofSeconds(8),
                            new CachingResolver(
                                    resolver,
                                    CachingResolver.Limits.DEFAULT,
                                    Ticker.systemTicker()),
                            InstantSource.system());
            case ZoneFileResolver.Parsed.Bad bad -> throw new IllegalStateException(bad.toString());
        };
    }

    /// Fields of any number and size.
    static HeaderFields parse(String section) {
        var limits = new HeaderLimits(16 << 20, 100_000);
        return switch (HeaderFields.parse(section.getBytes(US_ASCII), limits)) {
            case HeaderParse.Parsed(var fields, _) -> fields;
            case HeaderParse.TooLarge(var why) -> throw new IllegalStateException(why);
        };
    }

    private static ReversePath reversePath() {
        return switch (Paths.mailbox("reports@example.org", true)) {
            case Paths.Parsed.Ok<Mailbox>(var mailbox, _) -> new ReversePath.Of(mailbox);
            case Paths.Parsed.Bad<Mailbox> bad -> throw new IllegalStateException(bad.toString());
        };
    }

    static KeyPair pair(String algorithm, int bits) throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance(algorithm);
        generator.initialize(bits);
        var made = generator.generateKeyPair();
        return new KeyPair(
                made.getPublic(),
                KeyFactory.getInstance(algorithm)
                        .generatePrivate(new PKCS8EncodedKeySpec(made.getPrivate().getEncoded())));
    }

    /// A line of the zone with an RSA key.
    static String rsaRecord(String selector, KeyPair pair) {
        return keyRecord(selector, "rsa", pair.getPublic().getEncoded());
    }

    /// A line of the zone with octets as many as an RSA key of 16,384 bits has.
    static String longRecord(String selector) {
        return keyRecord(selector, "rsa", new byte[2_080]);
    }

    /// A line of the zone with an Ed25519 key.
    static String ed25519Record(String selector, KeyPair pair) {
        var octets = pair.getPublic().getEncoded();
        return keyRecord(
                selector, "ed25519", Arrays.copyOfRange(octets, octets.length - 32, octets.length));
    }

    /// As strings of at most 255 octets.
    private static String keyRecord(String selector, String type, byte[] key) {
        var text = "v=DKIM1; k=" + type + "; p=" + Base64.getEncoder().encodeToString(key);
        var strings = new StringBuilder();
        for (int at = 0; at < text.length(); at += 200) {
            strings.append(" \"").append(text, at, Math.min(text.length(), at + 200)).append('"');
        }
        return selector + "._domainkey.example.org. 3600 IN TXT" + strings + "\n";
    }

    /// The same message with these fields above.
    Scene with(List<HeaderField> above) {
        return new Scene(zone, authentication, header.prepended(above));
    }

    /// The same message, signed by each key.
    Scene signed(SignOptions options, List<SigningKey> keys) {
        return with(new DkimSigner().sign(header, bodyHash(options), keys, options, Instant.now()));
    }

    BodyHash bodyHash(SignOptions options) {
        var hasher = BodyHasher.of(options);
        hasher.update(BODY, 0, BODY.length);
        return hasher.finish().getFirst();
    }

    /// From MAIL to the fields that are written on it.
    List<HeaderField> authenticate() {
        var run = authentication.begin(CLIENT, "mx.example.org", REVERSE_PATH);
        run.header(header);
        run.body(BODY, 0, BODY.length);
        return authentication.stamps(run.finish());
    }

    /// The same scene, if such a word is written on its message.
    ///
    /// @throws IllegalStateException when it is not
    Scene finding(String word) {
        var written = authenticate().getFirst().raw();
        if (!written.contains(word)) {
            throw new IllegalStateException("no " + word + " in " + written);
        }
        return this;
    }
}
