package io.postern.bench;

import io.postern.auth.dkim.DkimAlgorithm;
import io.postern.auth.dkim.SignOptions;
import io.postern.auth.dkim.SigningKey;
import io.postern.keys.CryptoProviders;
import io.postern.mail.HeaderField;
import java.security.GeneralSecurityException;
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
    private Scene scene = Scene.of("");

    @Setup
    public void prepare() throws GeneralSecurityException {
        scene = ordinary();
    }

    /// The message that all others are compared with.
    static Scene ordinary() throws GeneralSecurityException {
        CryptoProviders.install();
        var rsa = Scene.pair("RSA", 2048);
        var ed25519 = Scene.pair("Ed25519", 255);
        return Scene.of(Scene.rsaRecord("r1", rsa) + Scene.ed25519Record("e1", ed25519))
                .signed(
                        SignOptions.STANDARD,
                        List.of(
                                new SigningKey(
                                        Scene.DOMAIN,
                                        "r1",
                                        DkimAlgorithm.RSA_SHA256,
                                        rsa.getPrivate()),
                                new SigningKey(
                                        Scene.DOMAIN,
                                        "e1",
                                        DkimAlgorithm.ED25519_SHA256,
                                        ed25519.getPrivate())))
                .finding("dmarc=pass");
    }

    /// From MAIL to the fields.
    @Benchmark
    public List<HeaderField> authenticate() {
        return scene.authenticate();
    }
}
