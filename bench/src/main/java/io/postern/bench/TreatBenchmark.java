package io.postern.bench;

import io.postern.auth.dkim.BodyHash;
import io.postern.auth.dkim.BodyHasher;
import io.postern.auth.dkim.DkimAlgorithm;
import io.postern.auth.dkim.DkimSigner;
import io.postern.auth.dkim.SignOptions;
import io.postern.auth.dkim.SigningKey;
import io.postern.keys.CryptoProviders;
import io.postern.mail.Domain;
import io.postern.mail.HeaderField;
import io.postern.mail.HeaderFields;
import io.postern.mail.HeaderLimits;
import io.postern.mail.HeaderParse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
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

/// What treating one message of 10 KB costs: the signature is the limit, the rest should be small
/// beside it.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class TreatBenchmark {
    private static final Domain DOMAIN = Domain.of("example.com");

    private final DkimSigner signer = new DkimSigner();
    private byte[] section = new byte[0];
    private byte[] body = new byte[0];
    private HeaderFields header = HeaderFields.EMPTY;
    private BodyHash hash = hash(new byte[0]);
    private List<SigningKey> rsa = List.of();
    private List<SigningKey> ed25519 = List.of();

    @Setup
    public void prepare() throws GeneralSecurityException {
        CryptoProviders.install();
        section =
                """
                From: Reports <reports@example.com>
                To: somebody@example.net
                Subject: figures of the day
                Date: Sun, 22 Nov 2026 05:00:00 +0000
                Message-ID: <1@example.com>
                MIME-Version: 1.0
                Content-Type: text/plain; charset=utf-8
                """
                        .replace("\n", "\r\n")
                        .getBytes(StandardCharsets.US_ASCII);
        body =
                "One line of a report, some sixty octets long, and no more.\r\n"
                        .repeat(170)
                        .getBytes(StandardCharsets.US_ASCII);
        header = parse();
        hash = hash(body);
        rsa = List.of(new SigningKey(DOMAIN, "r1", DkimAlgorithm.RSA_SHA256, key("RSA", 2048)));
        ed25519 =
                List.of(
                        new SigningKey(
                                DOMAIN, "e1", DkimAlgorithm.ED25519_SHA256, key("Ed25519", 255)));
    }

    /// A key as the gateway has it: decoded by the provider that signs.
    private static PrivateKey key(String algorithm, int bits) throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance(algorithm);
        generator.initialize(bits);
        var encoded = generator.generateKeyPair().getPrivate().getEncoded();
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
    }

    private static BodyHash hash(byte[] octets) {
        var hasher = BodyHasher.of(SignOptions.STANDARD);
        hasher.update(octets, 0, octets.length);
        return hasher.finish().getFirst();
    }

    private HeaderFields parse() {
        return switch (HeaderFields.parse(section, HeaderLimits.DEFAULT)) {
            case HeaderParse.Parsed(var fields, _) -> fields;
            case HeaderParse.TooLarge(var why) -> throw new IllegalStateException(why);
        };
    }

    @Benchmark
    public HeaderFields parseHeader() {
        return parse();
    }

    @Benchmark
    public BodyHash hashBody() {
        return hash(body);
    }

    @Benchmark
    public List<HeaderField> signRsa() {
        return signer.sign(header, hash, rsa, SignOptions.STANDARD, Instant.EPOCH);
    }

    @Benchmark
    public List<HeaderField> signEd25519() {
        return signer.sign(header, hash, ed25519, SignOptions.STANDARD, Instant.EPOCH);
    }
}
