package io.postern.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.github.benmanes.caffeine.cache.Ticker;
import io.postern.auth.dkim.BodyHasher;
import io.postern.auth.dkim.DkimAlgorithm;
import io.postern.auth.dkim.DkimSigner;
import io.postern.auth.dkim.SignOptions;
import io.postern.auth.dkim.SigningKey;
import io.postern.dns.CachingResolver;
import io.postern.dns.Resolver;
import io.postern.dns.ZoneFileResolver;
import io.postern.gateway.authentication.Authentication;
import io.postern.keys.CryptoProviders;
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
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// What authenticating one message of 10 KB costs that has an RSA-2048 and an Ed25519 signature,
/// SPF and DMARC, all of the DNS in the cache: from MAIL to the fields that are written on it.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {"-XX:+UseCompactObjectHeaders", "-XX:+UseParallelGC", "-Xmx320m"})
@Warmup(iterations = 10, time = 3)
@Measurement(iterations = 5, time = 3)
public class AuthenticateBenchmark {
    private static final Domain DOMAIN = Domain.of("example.org");
    private static final InetAddress CLIENT = InetAddress.ofLiteral("192.0.2.25");

    private byte[] body = new byte[0];
    private HeaderFields header = HeaderFields.EMPTY;
    private ReversePath reversePath = new ReversePath.Null();
    private Authentication authentication = authentication("");

    @Setup
    public void prepare() throws GeneralSecurityException {
        CryptoProviders.install();
        var rsa = pair("RSA", 2048);
        var ed25519 = pair("Ed25519", 255);
        var raw = ed25519.getPublic().getEncoded();
        authentication =
                authentication(
                        """
                        example.org. 3600 IN TXT "v=spf1 ip4:198.51.100.0/24 include:_spf.example.org -all"
                        _spf.example.org. 3600 IN TXT "v=spf1 ip4:203.0.113.0/24 ip4:192.0.2.0/24 -all"
                        mx.example.org. 3600 IN TXT "v=spf1 ip4:192.0.2.25 -all"
                        _dmarc.example.org. 3600 IN TXT "v=DMARC1; p=reject; rua=mailto:d@example.org"
                        e1._domainkey.example.org. 3600 IN TXT "v=DKIM1; k=ed25519; p=%s"
                        r1._domainkey.example.org. 3600 IN TXT %s
                        """
                                .formatted(
                                        base64(
                                                Arrays.copyOfRange(
                                                        raw, raw.length - 32, raw.length)),
                                        strings(
                                                "v=DKIM1; k=rsa; p="
                                                        + base64(rsa.getPublic().getEncoded()))));
        body =
                "One line of a report, some sixty octets long, and no more.\r\n"
                        .repeat(170)
                        .getBytes(US_ASCII);
        var plain = parse();
        var hasher = BodyHasher.of(SignOptions.STANDARD);
        hasher.update(body, 0, body.length);
        var signed =
                new DkimSigner()
                        .sign(
                                plain,
                                hasher.finish().getFirst(),
                                List.of(
                                        new SigningKey(
                                                DOMAIN,
                                                "r1",
                                                DkimAlgorithm.RSA_SHA256,
                                                rsa.getPrivate()),
                                        new SigningKey(
                                                DOMAIN,
                                                "e1",
                                                DkimAlgorithm.ED25519_SHA256,
                                                ed25519.getPrivate())),
                                SignOptions.STANDARD,
                                Instant.now());
        header = plain.prepended(signed);
        reversePath =
                switch (Paths.mailbox("reports@example.org", true)) {
                    case Paths.Parsed.Ok<Mailbox>(var mailbox, _) -> new ReversePath.Of(mailbox);
                    case Paths.Parsed.Bad<Mailbox> bad ->
                            throw new IllegalStateException(bad.toString());
                };
        var fields = authenticate();
        if (!fields.getFirst().raw().contains("dmarc=pass")) {
            throw new IllegalStateException(fields.getFirst().raw());
        }
    }

    private static Authentication authentication(String zone) {
        return switch (ZoneFileResolver.parse(zone)) {
            case ZoneFileResolver.Parsed.Ok(var resolver) ->
                    new Authentication(
                            "gw.example.com",
                            Duration.ofSeconds(8),
                            warm(resolver),
                            InstantSource.system());
            case ZoneFileResolver.Parsed.Bad bad -> throw new IllegalStateException(bad.toString());
        };
    }

    private static Resolver warm(Resolver resolver) {
        return new CachingResolver(resolver, CachingResolver.Limits.DEFAULT, Ticker.systemTicker());
    }

    private static KeyPair pair(String algorithm, int bits) throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance(algorithm);
        generator.initialize(bits);
        var made = generator.generateKeyPair();
        return new KeyPair(
                made.getPublic(),
                KeyFactory.getInstance(algorithm)
                        .generatePrivate(new PKCS8EncodedKeySpec(made.getPrivate().getEncoded())));
    }

    private static String base64(byte[] octets) {
        return Base64.getEncoder().encodeToString(octets);
    }

    /// As strings of at most 255 octets.
    private static String strings(String text) {
        return "\"" + text.substring(0, 200) + "\" \"" + text.substring(200) + "\"";
    }

    private static HeaderFields parse() {
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
                        .replace("\n", "\r\n")
                        .getBytes(US_ASCII);
        return switch (HeaderFields.parse(section, HeaderLimits.DEFAULT)) {
            case HeaderParse.Parsed(var fields, _) -> fields;
            case HeaderParse.TooLarge(var why) -> throw new IllegalStateException(why);
        };
    }

    /// From MAIL to the fields.
    @Benchmark
    public List<HeaderField> authenticate() {
        var run = authentication.begin(CLIENT, "mx.example.org", reversePath);
        run.header(header);
        run.body(body, 0, body.length);
        return authentication.stamps(run.finish());
    }
}
