package io.postern.auth.spf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.postern.testkit.Corpora;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// The suites of openspf and of other implementations, as data. What is excluded has a reason, and
/// an exclusion that starts to agree fails.
@DisplayName("RFC 7208 §4: suites of openspf and others")
class SpfSuitesTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final String RECEIVER = "localdomain.foo.bar";

    private static final String MX_LIMIT =
            "RFC 7208 §4.6.4 makes a permerror of more than ten MX hosts, RFC 4408 did not";

    private static final String VOID_LIMIT =
            "RFC 7208 §4.6.4 has a limit on look-ups that find nothing, RFC 4408 had none";

    private static final Map<String, String> RFC4408_EXCLUDED =
            Map.of(
                    "mx-limit", MX_LIMIT,
                    "mech-at-limit", VOID_LIMIT,
                    "include-at-limit", VOID_LIMIT);

    private static final Map<String, String> JSPF_EXCLUDED =
            Map.of("test-#malformedip", "the client's address is none, and ours is always one");

    /// Its zones have twelve MX hosts.
    private static final Map<String, String> MAILZONE_EXCLUDED =
            Stream.of(7, 18, 19, 20, 21, 23, 24, 26, 27, 28, 30, 31, 32, 33, 35, 36, 37)
                    .collect(Collectors.toMap(n -> "mailzone-#" + n, _ -> MX_LIMIT));

    @TestFactory
    Stream<DynamicTest> openspf() {
        return suite("spf/openspf-pyspf", "rfc7208-tests.yml", Map.of());
    }

    @TestFactory
    Stream<DynamicTest> rfc4408() {
        return suite("spf/james-jspf", "rfc4408-tests.yml", RFC4408_EXCLUDED);
    }

    @TestFactory
    Stream<DynamicTest> pyspf() {
        return suite("spf/james-jspf", "pyspf-tests.yml", Map.of());
    }

    @TestFactory
    Stream<DynamicTest> jspf() {
        return suite("spf/james-jspf", "tests.yml", JSPF_EXCLUDED);
    }

    @TestFactory
    Stream<DynamicTest> mailzone() {
        return suite("spf/james-jspf", "mailzone-tests.yml", MAILZONE_EXCLUDED);
    }

    private static Stream<DynamicTest> suite(
            String folder, String file, Map<String, String> excluded) {
        return Corpora.folder(folder).stream()
                .flatMap(f -> SuiteFile.read(f.resolve(file)).stream())
                .map(c -> test(c, Optional.ofNullable(excluded.get(c.name()))));
    }

    private static DynamicTest test(SuiteFile.Case c, Optional<String> excluded) {
        return DynamicTest.dynamicTest(
                excluded.map(_ -> "excluded: ").orElse("") + c.name(),
                () -> {
                    var result = check(c);
                    var wantExplanation = wantExplanation(c);
                    var got = result.map(r -> r.verdict().word()).orElse("no address");
                    var explanation = result.flatMap(SpfResult::explanation).orElse("DEFAULT");
                    if (excluded.isPresent()) {
                        if (c.want().contains(got) && wantExplanation.equals(explanation)) {
                            fail("agrees now, so it must not be excluded: " + excluded.get());
                        }
                        return;
                    }
                    assertTrue(
                            c.want().contains(got),
                            () -> c.name() + ": want " + c.want() + ", got " + result);
                    if (!wantExplanation.isEmpty()) {
                        assertEquals(wantExplanation, explanation, result::toString);
                    }
                });
    }

    /// What jSPF says by default is no domain's explanation.
    private static String wantExplanation(SuiteFile.Case c) {
        return c.explanation().startsWith("http://www.openspf.org/why.html")
                ? "DEFAULT"
                : c.explanation();
    }

    private static Optional<SpfResult> check(SuiteFile.Case c) {
        var verifier = new SpfVerifier(c.zone(), SpfLimits.STANDARD, RECEIVER);
        return SuiteZone.address(c.host())
                .map(client ->
                        verifier.mailFrom(new SpfQuery(client, c.helo(), c.mailFrom()), NOW));
    }
}
