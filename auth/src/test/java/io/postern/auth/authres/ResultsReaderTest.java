package io.postern.auth.authres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.auth.authres.AuthenticationResults.MethodResult;
import io.postern.auth.authres.AuthenticationResults.Parsed;
import io.postern.testkit.Corpora;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("RFC 8601 §2.2 reading Authentication-Results")
class ResultsReaderTest {
    record Case(String rule, String text, String want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("§B.2 no result", " mx.example.org; none", "mx.example.org"),
                new Case("no result, without space", "mx.example.org;none", "mx.example.org"),
                new Case("version 1", "mx.example.org 1; none", "mx.example.org"),
                new Case("another version is to be ignored", "mx.example.org 2; none", "bad at 16"),
                new Case("no result at all", "mx.example.org", "mx.example.org"),
                new Case(
                        "§B.3 a result and its property",
                        "example.com; spf=pass smtp.mailfrom=example.net",
                        "example.com | spf=pass smtp.mailfrom=example.net"),
                new Case(
                        "§B.4 several",
                        "example.com;\r\n auth=pass (cram-md5) smtp.auth=sender@example.com;\r\n\tspf=pass smtp.mailfrom=example.com",
                        "example.com | auth=pass (cram-md5) smtp.auth=sender@example.com | spf=pass smtp.mailfrom=example.com"),
                new Case(
                        "§B.6 an identity without a local part, and a reason",
                        "example.com; dkim=fail reason=\"bad; signature\" header.i=@example.net",
                        "example.com | dkim=fail reason=<bad; signature> header.i=@example.net"),
                new Case(
                        "§B.7 comments everywhere, nested, with what would end things",
                        "foo.example (a;(b)\\)c) 1 (x); (y) dkim (z) / (1) 1 = (u) fail (no (=) ; key) policy (v) . (w) expired (q) = (r) 1362471462",
                        "foo.example | dkim=fail (no (=) ; key) policy.expired=1362471462"),
                new Case(
                        "a version of a method that is not known is left out",
                        "a.example; dkim/2=pass; spf=none",
                        "a.example | spf=none"),
                new Case(
                        "a quoted value",
                        "a.example; dkim=pass header.b=\"a/b+c=\" header.i=\"a b\"@example.com",
                        "a.example | dkim=pass header.b=a/b+c= header.i=a b@example.com"),
                new Case(
                        "a value that should be quoted",
                        "a.example; dkim=pass header.b=a/b+c= header.s=x",
                        "a.example | dkim=pass header.b=a/b+c= header.s=x"),
                new Case(
                        "names have no case",
                        "A.example; DKIM=PASS Header.D=Example.com",
                        "A.example | dkim=pass header.d=Example.com"),
                new Case(
                        "a property without a type is passed over",
                        "a.example; dmarc=pass action=none header.from=example.com; compauth=pass reason=100",
                        "a.example | dmarc=pass header.from=example.com | compauth=pass reason=<100>"),
                new Case("a semicolon at the end", "a.example; spf=pass;", "a.example | spf=pass"),
                new Case(
                        "RFC 6532 UTF-8",
                        "a.example; spf=pass (gr\u00C3\u00BC\u00C3\u009Fe)",
                        "a.example | spf=pass (gr\u00FC\u00DFe)"),
                new Case("nothing", "", "bad at 0"),
                new Case("no authserv-id", "spf=pass smtp.mailfrom=a.example", "bad at 3"),
                new Case("no result word", "a.example; spf=", "bad at 15"),
                new Case("no equals", "a.example; spf pass", "bad at 15"),
                new Case("a comment without end", "a.example; spf=pass (x", "bad at 22"),
                new Case(
                        "a quoted string without end",
                        "a.example; spf=pass reason=\"x",
                        "bad at 29"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void parse(Case c) {
        assertEquals(
                c.want(),
                switch (AuthenticationResults.parse(c.text())) {
                    case Parsed.Ok(var results) -> text(results);
                    case Parsed.Bad(int at, _) -> "bad at " + at;
                });
    }

    private static String text(AuthenticationResults read) {
        var out = new ArrayList<String>();
        out.add(read.authservId());
        for (var result : read.results()) {
            var words = new ArrayList<String>();
            words.add(result.method() + "=" + result.result());
            result.comment().ifPresent(comment -> words.add("(" + comment + ")"));
            result.reason().ifPresent(reason -> words.add("reason=<" + reason + ">"));
            result.properties()
                    .forEach(p -> words.add(p.type() + "." + p.name() + "=" + p.value()));
            out.add(String.join(" ", words));
        }
        return String.join(" | ", out);
    }

    @Test
    @DisplayName("more than a hundred results are not read, nor a thousand comments inside another")
    void bounds() {
        assertInstanceOf(
                Parsed.Bad.class,
                AuthenticationResults.parse("a.example" + "; spf=pass".repeat(101)));
        assertInstanceOf(
                Parsed.Bad.class,
                AuthenticationResults.parse("a.example; spf=pass" + " a.b=c".repeat(101)));
        assertInstanceOf(
                Parsed.Bad.class, AuthenticationResults.parse("a.example " + "(".repeat(100_000)));
        assertInstanceOf(
                Parsed.Ok.class,
                AuthenticationResults.parse(
                        "a.example " + "(".repeat(1000) + ")".repeat(1000) + "; none"));
    }

    @Test
    @DisplayName(
            "what was read and written is read the same; whatever octets come, a value comes back")
    void roundTrip() {
        var random = new Random(8601);
        var pieces =
                ";=().\"\\/@ \t\r\n\u0000\u00C3\u00BCspf=pass dkim=fail reason=x header.d=a.example (c)";
        int read = 0;
        for (int round = 0; round < 50_000; round++) {
            var text = new StringBuilder(random.nextInt(5) == 0 ? "" : "mx.example; spf=pass ");
            int length = random.nextInt(50);
            for (int i = 0; i < length; i++) {
                text.append(
                        random.nextInt(8) == 0
                                ? (char) random.nextInt(256)
                                : pieces.charAt(random.nextInt(pieces.length())));
            }
            if (AuthenticationResults.parse(text.toString()) instanceof Parsed.Ok(var first)) {
                // What can't be written (parentheses in comments, control characters) is gone then.
                var second = again(first);
                assertEquals(second, again(second));
                assertEquals(
                        first.results().stream().map(MethodResult::method).toList(),
                        second.results().stream().map(MethodResult::method).toList());
                read++;
            }
        }
        assertNotEquals(0, read);
    }

    private static AuthenticationResults again(AuthenticationResults results) {
        var body = results.field().rawBody();
        return assertInstanceOf(Parsed.Ok.class, AuthenticationResults.parse(body)).results();
    }

    @TestFactory
    Stream<DynamicTest> goMsgauth() {
        return Corpora.folder("records/go-msgauth-authres").stream()
                .flatMap(folder -> cases(folder))
                .map(node ->
                        DynamicTest.dynamicTest("case: " + node.get("value"), () -> check(node)));
    }

    private static void check(JsonNode node) {
        var value = node.get("value").asText();
        if (value.isEmpty()) {
            // It takes an empty field; RFC 8601 §2.2 has an authserv-id in every field.
            assertInstanceOf(Parsed.Bad.class, AuthenticationResults.parse(value));
            return;
        }
        var results =
                assertInstanceOf(Parsed.Ok.class, AuthenticationResults.parse(value)).results();
        assertEquals(node.get("authserv_id").asText(), results.authservId());
        assertEquals(
                elements(node.get("results")).map(ResultsReaderTest::wanted).toList(),
                results.results().stream().map(ResultsReaderTest::got).toList());
    }

    private static List<Optional<String>> wanted(JsonNode result) {
        var property =
                Stream.of("from", "auth", "identifier", "headervalue")
                        .filter(result::has)
                        .findFirst();
        return List.of(
                Optional.of(result.get("method").asText()),
                Optional.of(result.get("value").asText()),
                Optional.ofNullable(result.get("reason")).map(JsonNode::asText),
                property.map(name -> result.get(name).asText()));
    }

    private static List<Optional<String>> got(MethodResult result) {
        return List.of(
                Optional.of(result.method()),
                Optional.of(result.result()),
                result.reason(),
                result.properties().stream()
                        .findFirst()
                        .map(AuthenticationResults.Property::value));
    }

    private static Stream<JsonNode> cases(Path folder) {
        try (var files = Files.list(folder)) {
            var file = files.filter(f -> f.toString().endsWith(".json")).findFirst().orElseThrow();
            return elements(new ObjectMapper().readTree(file.toFile()).get("cases"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<JsonNode> elements(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }
}
