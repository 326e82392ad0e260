package io.postern.auth.dmarc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.auth.text.Visible;
import io.postern.mail.AuthorDomain;
import io.postern.mail.Domain;
import io.postern.mail.HeaderField;
import io.postern.mail.HeaderFields;
import io.postern.testkit.Corpora;
import io.postern.testkit.FakeDns;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// The suites of other implementations, as data. What is excluded has a reason, and an exclusion
/// that starts to agree fails.
@DisplayName("RFC 9989: suites of other implementations")
class DmarcSuitesTest {
    private static final Map<String, String> MAILAUTH_EXCLUDED =
            Map.of(
                    "does not inherit the org policy when the author domain publishes multiple"
                            + " records (§4.10 step 2)",
                    "§4.10 steps 2 to 4 discard several records and go on, and §4.10.1 walks when the"
                            + " first question found no valid record: the organization's applies");

    @TestFactory
    Stream<DynamicTest> mailauth() {
        return Corpora.folder("dmarc/postalsys-rfc9989").stream()
                .flatMap(folder -> elements(json(folder.resolve("cases.json")).get("cases")))
                .map(DmarcSuitesTest::mailauth);
    }

    private static DynamicTest mailauth(JsonNode node) {
        var name = node.get("name").asText();
        return test(
                name,
                Optional.ofNullable(MAILAUTH_EXCLUDED.get(name)),
                () -> elements(node.get("runs")).allMatch(run -> agrees(node, run)));
    }

    private static boolean agrees(JsonNode node, JsonNode run) {
        var dns = zone(node.get("zone"));
        var input = run.get("input");
        var from = input.get("headerFrom").asText();
        var message = Messages.from(from.substring(from.indexOf('@') + 1));
        elements(input.path("dkimDomains"))
                .forEach(dkim -> message.signed(dkim.get("domain").asText()));
        elements(input.path("spfDomains"))
                .forEach(spf ->
                        message.spf(spf.get("domain").asText(), SpfIdentityResult.State.PASS));
        var result = message.evaluate(dns);
        var queries = node.path("expect_dmarc_queries");
        if (queries.isArray()) {
            assertEquals(
                    elements(queries).map(query -> "TXT " + query.asText()).toList(), dns.asked());
        }
        return run.get("expect").properties().stream()
                .allMatch(expected -> agrees(expected.getKey(), expected.getValue(), result));
    }

    private static boolean agrees(String key, JsonNode value, DmarcResult result) {
        return switch (key) {
            case "status.result" -> result.verdict().word().equals(value.asText());
            case "policy" ->
                    result.effective().map(DmarcPolicy::word).equals(Optional.of(value.asText()));
            case "absent:policy" -> result.effective().isEmpty();
            case "domain" ->
                    result.policyDomain().map(Domain::name).equals(Optional.of(value.asText()));
            case "alignment.spf.result" ->
                    result.alignedSpf().isPresent()
                            && result.organizationalDomain()
                                    .map(Domain::name)
                                    .equals(Optional.of(value.asText()));
            case "alignment.dkim.result" -> result.alignedDkim().isEmpty();
            case "alignment.dkim.strict" ->
                    result.record().map(DmarcRecord::adkim).equals(Optional.of(Alignment.STRICT));
            // There is none in the result; the record keeps it for who asks.
            case "absent:pct" -> true;
            default -> throw new AssertionError("what is " + key + "?");
        };
    }

    private static FakeDns zone(JsonNode zone) {
        var text = new StringBuilder();
        for (var name : zone.properties()) {
            for (var txt : name.getValue().path("TXT")) {
                text.append(name.getKey()).append(". 300 IN TXT");
                txt.forEach(chunk -> text.append(" \"").append(chunk.asText()).append('"'));
                text.append('\n');
            }
            for (var a : name.getValue().path("A")) {
                text.append(name.getKey()).append(". 300 IN A ").append(a.asText()).append('\n');
            }
            for (var mx : name.getValue().path("MX")) {
                text.append(name.getKey())
                        .append(". 300 IN MX 1 ")
                        .append(mx.get("exchange").asText())
                        .append(".\n");
            }
        }
        return FakeDns.zone(text.toString());
    }

    private static final Map<String, String> MOX_EXCLUDED =
            Map.of(
                    "v=DMARC1; sp=reject; p=reject",
                    "RFC 7489 wanted p= behind v=; RFC 9989 §4.8 has no order behind v=");

    @TestFactory
    Stream<DynamicTest> mox() {
        return Corpora.folder("records/mox").stream()
                .flatMap(folder -> elements(json(folder.resolve("dmarc_record.json")).get("cases")))
                .map(node -> {
                    var text = node.get("text").asText();
                    return test(
                            Visible.of(text) + " " + node.get("why").asText(),
                            Optional.ofNullable(MOX_EXCLUDED.get(text)),
                            () -> accepts(text) == node.get("accept").asBoolean());
                });
    }

    /// Whether DMARC takes place under that record.
    private static boolean accepts(String text) {
        return DmarcRecord.parse(text) instanceof DmarcRecord.Parsed.Ok(var record, _)
                && record.p().isPresent();
    }

    private static final String DEFAULTS =
            "RFC 9989 §4.7: syntax errors behind v= give way to defaults or are ignored";

    private static final String NO_MAILBOX =
            "no mailbox list of RFC 5322 §3.6.2: which domain a reader sees is anybody's guess";

    private static final String TWO_DOMAINS =
            "RFC 9989 §5.3.1: no author domain where there are several; the first is not chosen";

    private static final Map<String, String> OPENDMARC_EXCLUDED =
            Map.ofEntries(
                    Map.entry("v=DMARC1; p=n;", "n is no policy (RFC 9989 §4.8)"),
                    Map.entry("v=DMARC1; p=none; adkim=bob;", DEFAULTS),
                    Map.entry("v=DMARC1; p=none; aspf=bob;", DEFAULTS),
                    Map.entry("v=DMARC1; p=none; rf=bob;", DEFAULTS),
                    Map.entry("v=DMARC1; p=none; ri=bob;", DEFAULTS),
                    Map.entry("v=DMARC1; p=none; pct=500;", DEFAULTS),
                    Map.entry("v=DMARC1; p=none; rf=000000000000000000000000000000000", DEFAULTS),
                    Map.entry(".mac.com. mac.com", "an empty label is in no domain"),
                    Map.entry("....mac.com.... mac.com", "an empty label is in no domain"),
                    Map.entry("\"Johnson, Joe <joe@joe.com>\" joe@joe.com", NO_MAILBOX),
                    Map.entry("<<<><joe@joe.com>>>", NO_MAILBOX),
                    Map.entry("Mail From:<joe@joe.com>", NO_MAILBOX),
                    Map.entry("\"( bob@bob.com)\" joe@joe.com", NO_MAILBOX),
                    Map.entry("Joe Johnson <joe@joe.com>, ace@ace.com", TWO_DOMAINS),
                    Map.entry("joe@joe.com, ace@ace.com", TWO_DOMAINS));

    @TestFactory
    Stream<DynamicTest> opendmarc() {
        return Corpora.folder("dmarc/opendmarc").stream()
                .map(folder -> json(folder.resolve("tables.json")))
                .flatMap(tables ->
                        Stream.of(
                                        elements(tables.get("alignment"))
                                                .map(DmarcSuitesTest::opendmarcAlignment),
                                        elements(tables.get("record"))
                                                .map(DmarcSuitesTest::opendmarcRecord),
                                        elements(tables.get("from_domain"))
                                                .map(DmarcSuitesTest::opendmarcFrom))
                                .flatMap(tests -> tests));
    }

    private static DynamicTest opendmarcAlignment(JsonNode node) {
        var a = node.get("a").asText();
        var b = node.get("b").asText();
        var mode = node.get("mode").asText();
        return opendmarc(a + " " + b, () -> aligned(a, b, mode) == node.get("aligned").asBoolean());
    }

    /// Its tables have a public suffix list behind them; here the organization publishes a record.
    private static boolean aligned(String a, String b, String mode) {
        var author = Domain.parse(a);
        var identifier = Domain.parse(b);
        if (author.isEmpty() || identifier.isEmpty()) {
            return false;
        }
        var dns =
                FakeDns.zone(
                        "_dmarc.%s. TXT \"v=DMARC1; p=none; adkim=%s\"\n"
                                .formatted(TreeNames.last(author.get(), 2), mode.substring(0, 1)));
        return Messages.from(a).signed(b).evaluate(dns).passed();
    }

    private static DynamicTest opendmarcRecord(JsonNode node) {
        var text = node.get("text").asText();
        return opendmarc(text, () -> accepts(text) == node.get("result").asText().equals("ok"));
    }

    private static DynamicTest opendmarcFrom(JsonNode node) {
        var header = node.get("header").asText();
        return opendmarc(
                header,
                () -> {
                    // One row has the name of the field too.
                    var raw = header.startsWith("From: ") ? header : "From: " + header;
                    var field = new HeaderField("From", raw + "\r\n");
                    return AuthorDomain.of(new HeaderFields(List.of(field)))
                                    instanceof AuthorDomain.One(var domain, _)
                            && domain.name().equals(node.get("domain").asText());
                });
    }

    private static DynamicTest opendmarc(String name, Supplier<Boolean> agrees) {
        return test(name, Optional.ofNullable(OPENDMARC_EXCLUDED.get(name)), agrees);
    }

    private static DynamicTest test(
            String name, Optional<String> excluded, Supplier<Boolean> agrees) {
        return DynamicTest.dynamicTest(
                excluded.map(why -> "excluded: ").orElse("case: ") + name,
                () -> {
                    boolean agreed = agrees.get();
                    if (excluded.isEmpty()) {
                        assertTrue(agreed, name);
                    } else if (agreed) {
                        fail("agrees now, so it must not be excluded: " + excluded.get());
                    }
                });
    }

    private static JsonNode json(Path file) {
        try {
            return new ObjectMapper().readTree(file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<JsonNode> elements(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }
}
