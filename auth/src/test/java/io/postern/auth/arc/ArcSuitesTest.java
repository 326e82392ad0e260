package io.postern.auth.arc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.fail;

import io.postern.auth.authres.AuthenticationResults;
import io.postern.auth.authres.AuthenticationResults.MethodResult;
import io.postern.auth.dkim.Canonicalization;
import io.postern.auth.dkim.DkimAlgorithm;
import io.postern.auth.dkim.SampleMail;
import io.postern.auth.dkim.SignOptions;
import io.postern.auth.dkim.SignatureFactory;
import io.postern.auth.dkim.SignedFields;
import io.postern.auth.dkim.ZoneResolver;
import io.postern.mail.HeaderField;
import io.postern.testkit.Corpora;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.yaml.snakeyaml.Yaml;

/// The suites of Valimail, as data. What is excluded has a reason, and an exclusion that starts to
/// agree fails.
@DisplayName("RFC 8617: suites of other implementations")
class ArcSuitesTest {
    private static final Map<String, String> EXCLUDED =
            Map.of(
                    "ams_fields_c_na",
                    "RFC 6376 §3.5: without c= it is simple/simple; this one was made relaxed");

    @TestFactory
    Stream<DynamicTest> validation() {
        return scenarios("arc-draft-validation-tests.yml")
                .flatMap(scenario -> {
                    var zone = zone(scenario);
                    return map(scenario.getOrDefault("tests", Map.of())).entrySet().stream()
                            .map(test -> validation(test.getKey(), map(test.getValue()), zone));
                });
    }

    private static DynamicTest validation(
            String name, Map<String, Object> test, ZoneResolver zone) {
        var excluded = Optional.ofNullable(EXCLUDED.get(name));
        return DynamicTest.dynamicTest(
                excluded.map(why -> "excluded: ").orElse("") + name + " " + test.get("description"),
                () -> {
                    var want = String.valueOf(test.get("cv")).toLowerCase(Locale.ROOT);
                    var result = Chains.verify(SampleMail.of(text(test, "message")), zone);
                    // Nothing is expected where the chain says itself that it failed: §5.2 step 2.
                    var wanted = want.isEmpty() ? "fail" : want;
                    if (excluded.isEmpty()) {
                        assertEquals(
                                wanted,
                                result.verdict().word(),
                                () -> String.join("\n", result.steps()));
                    } else if (result.verdict().word().equals(wanted)) {
                        fail("agrees now, so it must not be excluded: " + excluded.get());
                    }
                });
    }

    @TestFactory
    Stream<DynamicTest> signing() {
        return scenarios("arc-draft-sign-tests.yml")
                .flatMap(scenario ->
                        map(scenario.getOrDefault("tests", Map.of())).entrySet().stream()
                                .map(test ->
                                        DynamicTest.dynamicTest(
                                                "signing: " + test.getKey(),
                                                () -> sign(scenario, map(test.getValue())))));
    }

    /// The order of the suite's tags is ours, so that its signatures are ours to the bit, but for
    /// lines, which it does not fold. Its key is shorter than any that we would sign with.
    private static void sign(Map<String, Object> scenario, Map<String, Object> test)
            throws GeneralSecurityException {
        var mail = SampleMail.of(text(test, "message"));
        var key = key(text(scenario, "privatekey"));
        var results = results(mail, text(test, "srv-id"));
        var sealing =
                ArcSealer.seal(
                        mail.header(),
                        mail.hash(SignOptions.STANDARD),
                        verdict(results),
                        results,
                        new ArcSealer.Sealer(
                                text(scenario, "domain"),
                                text(scenario, "sel"),
                                DkimAlgorithm.RSA_SHA256,
                                octets -> sign(key, octets),
                                998),
                        new SignedFields(List.of(), colons(text(test, "sig-headers"))),
                        Instant.ofEpochSecond(Long.parseLong(text(test, "t"))));
        if (text(test, "AS").isEmpty()) {
            assertInstanceOf(ArcSealer.Sealing.NotSealed.class, sealing);
            return;
        }
        var fields = assertInstanceOf(ArcSealer.Sealing.Sealed.class, sealing).fields();
        assertEquals(tags(text(test, "AMS")), tags(fields.get(1).rawBody()));
        assertEquals(
                relaxed(new HeaderField("x", "x:" + text(test, "AAR"))),
                relaxed(new HeaderField("x", "x:" + fields.get(2).rawBody())));
        assertEquals(tags(text(test, "AS")), tags(fields.get(0).rawBody()));
    }

    private static AuthenticationResults results(SampleMail mail, String authservId) {
        var all = new ArrayList<MethodResult>();
        for (var field : mail.header().all("Authentication-Results")) {
            if (AuthenticationResults.parse(field.rawBody())
                            instanceof AuthenticationResults.Parsed.Ok(var read)
                    && read.authservId().equals(authservId)) {
                all.addAll(read.results());
            }
        }
        return new AuthenticationResults(authservId, all);
    }

    /// The suite tells by `arc=` what the chain came to.
    private static ArcVerdict verdict(AuthenticationResults results) {
        return switch (results.results().stream()
                .filter(result -> result.method().equals("arc"))
                .map(MethodResult::result)
                .findFirst()
                .orElse("none")) {
            case "pass" -> new ArcVerdict.Pass();
            case "fail" -> new ArcVerdict.Fail("so the suite says");
            default -> new ArcVerdict.None();
        };
    }

    private static String sign(PrivateKey key, byte[] octets) {
        try {
            var signature = SignatureFactory.PLATFORM.create("SHA256withRSA");
            signature.initSign(key);
            signature.update(octets);
            return Base64.getEncoder().encodeToString(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /// PKCS#1 in PEM; RFC 5958 wraps it.
    private static PrivateKey key(String pem) throws GeneralSecurityException {
        var base64 = pem.replaceAll("-----[A-Z ]+-----", "").replaceAll("\\s", "");
        var pkcs1 = Base64.getDecoder().decode(base64);
        var octets = Arrays.copyOf(PKCS8, PKCS8.length + pkcs1.length);
        System.arraycopy(pkcs1, 0, octets, PKCS8.length, pkcs1.length);
        length(octets, 2, octets.length - 4);
        length(octets, PKCS8.length - 2, pkcs1.length);
        return KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(octets));
    }

    private static final byte[] PKCS8 = {
        0x30,
        (byte) 0x82,
        0,
        0,
        0x02,
        0x01,
        0x00,
        0x30,
        0x0D,
        0x06,
        0x09,
        0x2A,
        (byte) 0x86,
        0x48,
        (byte) 0x86,
        (byte) 0xF7,
        0x0D,
        0x01,
        0x01,
        0x01,
        0x05,
        0x00,
        0x04,
        (byte) 0x82,
        0,
        0
    };

    private static void length(byte[] octets, int at, int length) {
        octets[at] = (byte) (length >> 8);
        octets[at + 1] = (byte) length;
    }

    /// Without white space but for one space behind each semicolon, as the suite counts.
    private static String tags(String text) {
        return text.replaceAll("\\s", "").replace(";", "; ");
    }

    private static String relaxed(HeaderField field) {
        var raw = field.raw().strip().replaceAll("\\r?\\n", "\r\n ");
        return Canonicalization.RELAXED.header(new HeaderField("x", raw + "\r\n"));
    }

    private static List<String> colons(String text) {
        var names = new ArrayList<String>();
        int at = 0;
        for (int colon = text.indexOf(':'); colon >= 0; colon = text.indexOf(':', at)) {
            names.add(text.substring(at, colon));
            at = colon + 1;
        }
        names.add(text.substring(at));
        return names;
    }

    private static Stream<Map<String, Object>> scenarios(String file) {
        return Corpora.folder("arc/valimail").stream()
                .flatMap(folder -> read(folder.resolve("tests").resolve(file)));
    }

    private static Stream<Map<String, Object>> read(Path file) {
        try {
            var documents = new Yaml().loadAll(Files.readString(file, UTF_8));
            return StreamSupport.stream(documents.spliterator(), false).map(ArcSuitesTest::map);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ZoneResolver zone(Map<String, Object> scenario) {
        var zone = new ZoneResolver();
        map(scenario.getOrDefault("txt-records", Map.of()))
                .forEach((name, text) -> zone.txt(name, String.valueOf(text)));
        return zone;
    }

    private static String text(Map<String, Object> map, String key) {
        return String.valueOf(map.get(key));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Object yaml) {
        return (Map<String, Object>) yaml;
    }
}
