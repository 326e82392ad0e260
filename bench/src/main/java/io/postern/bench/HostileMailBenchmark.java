package io.postern.bench;

import io.postern.auth.arc.ArcSealer;
import io.postern.auth.arc.ArcSealer.Sealing;
import io.postern.auth.arc.ArcVerdict;
import io.postern.auth.authres.AuthenticationResults;
import io.postern.auth.dkim.DkimAlgorithm;
import io.postern.auth.dkim.SignOptions;
import io.postern.auth.dkim.SignatureFactory;
import io.postern.auth.dkim.SignedFields;
import io.postern.auth.dkim.SigningKey;
import io.postern.keys.CryptoProviders;
import io.postern.mail.HeaderField;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// What authenticating a message costs that is built to make us work, beside an ordinary one: ten
/// times as much is the most. All signatures are good and all keys are there, for a stranger can
/// see to that in his own domain, and what does not verify costs less.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {"-XX:+UseCompactObjectHeaders", "-XX:+UseParallelGC", "-Xmx320m"})
@Warmup(iterations = 5, time = 3)
@Measurement(iterations = 3, time = 3)
public class HostileMailBenchmark {
    /// Each a message.
    public enum Kind {
        ORDINARY,
        /// A thousand signatures by RSA-2048, each with a name for its key.
        SIGNATURES,
        /// A signature by a key of 16,384 bits.
        KEY_16K,
        /// As many signatures as are looked at, by keys as long as are taken.
        LONG_KEYS,
        /// The most questions that SPF may ask, at both identities.
        FAN_OUT,
        /// The default limit of a header section, all of it in each of eight signatures.
        HEADER_256K,
        /// The same with a megabyte, for whoever raises the limit.
        HEADER_1M,
        /// A chain of fifty seals.
        CHAIN_50,
        /// The longest chain that is verified, over eight signatures.
        CHAIN_10
    }

    @Param public Kind kind = Kind.ORDINARY;

    private Scene scene = Scene.of("");

    @Setup
    public void prepare() throws GeneralSecurityException {
        CryptoProviders.install();
        scene =
                switch (kind) {
                    case ORDINARY -> AuthenticateBenchmark.ordinary();
                    case SIGNATURES -> signed(1000, 2048).finding("not looked at");
                    case KEY_16K -> longKey().finding("dkim=permerror");
                    case LONG_KEYS -> signed(8, 4096);
                    case FAN_OUT -> fanOut().finding("spf=temperror");
                    case HEADER_256K -> header(250, 290);
                    case HEADER_1M -> header(1000, 290);
                    case CHAIN_50 -> sealed(Scene.of(""), 50).finding("arc=fail");
                    case CHAIN_10 -> sealed(signed(8, 2048), 10).finding("arc=pass");
                };
    }

    /// Two keys, for making them is not what is measured, under as many names as are looked at.
    private static Scene signed(int signatures, int bits) throws GeneralSecurityException {
        var pairs = List.of(Scene.pair("RSA", bits), Scene.pair("RSA", bits));
        var zone =
                IntStream.range(0, Math.min(signatures, 8))
                        .mapToObj(i -> Scene.rsaRecord("s" + i, pairs.get(i % 2)))
                        .collect(Collectors.joining());
        var keys =
                IntStream.range(0, signatures)
                        .mapToObj(i -> key("s" + i, pairs.get(i % 2)))
                        .toList();
        return Scene.of(zone).signed(SignOptions.STANDARD, keys);
    }

    private static Scene longKey() throws GeneralSecurityException {
        return Scene.of(Scene.longRecord("s"))
                .signed(SignOptions.STANDARD, List.of(key("s", Scene.pair("RSA", 2048))));
    }

    private static SigningKey key(String selector, KeyPair pair) {
        return new SigningKey(Scene.DOMAIN, selector, DkimAlgorithm.RSA_SHA256, pair.getPrivate());
    }

    private static Scene fanOut() {
        var zone = new StringBuilder("_dmarc.example.org. 3600 IN TXT \"v=DMARC1; p=reject\"\n");
        for (var name : List.of("example.org", "mx.example.org")) {
            zone.append(name).append(". 3600 IN TXT \"v=spf1");
            for (int i = 0; i < 10; i++) {
                zone.append(" mx:m").append(i).append('.').append(name);
            }
            zone.append(" -all\"\n");
            for (int i = 0; i < 10; i++) {
                for (int j = 0; j < 10; j++) {
                    var host = "h%d-%d.%s".formatted(i, j, name);
                    zone.append("m%d.%s. 3600 IN MX 10 %s.\n".formatted(i, name, host));
                    zone.append(host).append(". 3600 IN A 198.51.100.1\n");
                }
            }
        }
        return Scene.of(zone.toString(), "");
    }

    /// Fields that are all signed, eight times, with the canonicalization that makes most work.
    private static Scene header(int kilobytes, int fields) throws GeneralSecurityException {
        var pair = Scene.pair("RSA", 2048);
        var zone =
                IntStream.range(0, 8)
                        .mapToObj(i -> Scene.rsaRecord("s" + i, pair))
                        .collect(Collectors.joining());
        var field = "X: " + "y ".repeat(kilobytes * 512 / fields) + "\r\n";
        var options =
                new SignOptions(
                        SignOptions.STANDARD.headerCanonicalization(),
                        SignOptions.STANDARD.bodyCanonicalization(),
                        new SignedFields(List.of("From"), List.of("X")),
                        SignOptions.STANDARD.validity(),
                        SignOptions.STANDARD.identity());
        return Scene.of(zone)
                .with(Scene.parse(field.repeat(fields)).fields())
                .signed(options, IntStream.range(0, 8).mapToObj(i -> key("s" + i, pair)).toList());
    }

    private static Scene sealed(Scene signed, int sets) throws GeneralSecurityException {
        var pair = Scene.pair("RSA", 2048);
        var zone = new StringBuilder();
        var scene = signed;
        var chain = new ArrayList<ArcVerdict>(List.of(new ArcVerdict.None()));
        for (int i = 0; i < sets; i++) {
            zone.append(Scene.rsaRecord("a" + i, pair));
            var sealing =
                    new ArcSealer(SignatureFactory.PLATFORM)
                            .seal(
                                    scene.header(),
                                    scene.bodyHash(SignOptions.STANDARD),
                                    chain.getLast(),
                                    new AuthenticationResults("gw.example.com", List.of()),
                                    key("a" + i, pair),
                                    Instant.now());
            if (!(sealing instanceof Sealing.Sealed(var fields))) {
                throw new IllegalStateException(sealing.toString());
            }
            scene = scene.with(fields);
            chain.add(new ArcVerdict.Pass());
        }
        return scene.alsoIn(zone.toString());
    }

    /// From MAIL to the fields.
    @Benchmark
    public List<HeaderField> authenticate() {
        return scene.authenticate();
    }
}
