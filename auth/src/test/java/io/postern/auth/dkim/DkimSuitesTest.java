package io.postern.auth.dkim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.auth.text.Visible;
import io.postern.dns.Answer;
import io.postern.dns.Resolver;
import io.postern.testkit.Corpora;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// The suites of other implementations, as data. What is excluded has a reason, and an exclusion
/// that starts to agree fails.
@DisplayName("RFC 6376 §6: suites of other implementations")
class DkimSuitesTest {
    private static final DkimPolicy HISTORIC = DkimPolicy.STANDARD.forOldMail();

    /// One message of a suite.
    ///
    /// @param want `pass` when any signature passes; `fail` when none does and one fails; `invalid`
    ///   when none could be evaluated; `none` when there is none
    private record Case(String name, SampleMail mail, String want) {}

    private static final String PRE_STANDARD =
            "DomainKeys or a draft before DKIM's first RFC: not what we verify";

    private static final String GRANULARITY =
            "g= is gone since RFC 6376 (appendix E): unknown tags are ignored, so it verifies";

    private static final Map<String, String> MAIL_DKIM_EXCLUDED =
            Map.of(
                    "corpus/badkey_8.txt", GRANULARITY,
                    "corpus/badkey_9.txt", GRANULARITY,
                    "corpus/badkey_12.txt", GRANULARITY,
                    "corpus/badkey_13.txt", GRANULARITY);

    @TestFactory
    Stream<DynamicTest> mailDkim() {
        return Corpora.folder("dkim/fastmail-mail-dkim").stream()
                .flatMap(folder -> {
                    var resolver = fakeDns(folder.resolve("FAKE_DNS.dat"));
                    return elements(json(folder.resolve("manifest.json")).get("cases"))
                            .map(node -> mailDkim(folder, node, resolver));
                });
    }

    private static DynamicTest mailDkim(Path folder, JsonNode node, Resolver resolver) {
        var file = node.get("file").asText();
        var excluded =
                node.get("group").asText().equals("DKIM")
                        ? Optional.ofNullable(MAIL_DKIM_EXCLUDED.get(file))
                        : Optional.of(PRE_STANDARD);
        return test(
                new Case(
                        file + " " + node.get("why").asText(),
                        SampleMail.read(folder.resolve(file)),
                        node.get("expected").asText()),
                resolver,
                excluded);
    }

    @TestFactory
    Stream<DynamicTest> goMsgauth() {
        return Corpora.folder("dkim/go-msgauth").stream()
                .flatMap(folder -> {
                    var manifest = json(folder.resolve("manifest.json"));
                    var resolver = zone(manifest.get("dns_txt"));
                    return elements(manifest.get("cases"))
                            .filter(node -> node.has("signatures"))
                            .map(node -> goMsgauth(folder, node, resolver));
                });
    }

    private static DynamicTest goMsgauth(Path folder, JsonNode node, Resolver resolver) {
        var file = node.get("file").asText();
        var mail = SampleMail.read(folder.resolve(file));
        var want = node.get("expected").asText();
        int signatures = node.get("signatures").asInt();
        return DynamicTest.dynamicTest(
                file,
                () -> {
                    var results = Verifying.verify(mail, resolver, HISTORIC);
                    assertEquals(
                            List.copyOf(Collections.nCopies(signatures, want)),
                            Verifying.words(results));
                });
    }

    @TestFactory
    Stream<DynamicTest> goMsgauthCanonicalization() {
        return Corpora.folder("dkim/go-msgauth").stream()
                .flatMap(folder -> {
                    var table = json(folder.resolve("canonicalization.json"));
                    return Stream.of(
                                    elements(table.get("simple_body"))
                                            // A bare LF is an octet like others to us: the
                                            // session refuses it long before.
                                            .filter(n -> !n.get("bare_lf").asBoolean())
                                            .map(DkimSuitesTest::simpleBody),
                                    elements(table.get("relaxed_body"))
                                            .map(DkimSuitesTest::relaxedBody),
                                    elements(table.get("relaxed_header"))
                                            .map(DkimSuitesTest::relaxedHeader))
                            .flatMap(tests -> tests);
                });
    }

    private static DynamicTest simpleBody(JsonNode node) {
        var chunks = elements(node.get("chunks")).map(JsonNode::asText).toList();
        return DynamicTest.dynamicTest(
                "RFC 6376 §3.4.3 " + chunks,
                () ->
                        assertEquals(
                                node.get("canonical").asText(),
                                Bodies.canonical(Canonicalization.SIMPLE, chunks)));
    }

    private static DynamicTest relaxedBody(JsonNode node) {
        var body = node.get("body").asText();
        return DynamicTest.dynamicTest(
                "RFC 6376 §3.4.4 " + Visible.of(body),
                () ->
                        assertEquals(
                                node.get("canonical").asText(),
                                Bodies.canonical(Canonicalization.RELAXED, List.of(body))));
    }

    private static DynamicTest relaxedHeader(JsonNode node) {
        var header = node.get("header").asText();
        return DynamicTest.dynamicTest(
                "RFC 6376 §3.4.2 " + Visible.of(header),
                () ->
                        assertEquals(
                                node.get("canonical").asText(),
                                Canonicalization.RELAXED.header(SampleMail.field(header))));
    }

    private static final String NO_KEY = "the corpus has no key for it";

    @TestFactory
    Stream<DynamicTest> dkimpy() {
        return Corpora.folder("dkim/dkimpy").stream()
                .flatMap(folder -> {
                    var resolver =
                            new ZoneResolver()
                                    .txt(
                                            "sed._domainkey.test.ex",
                                            text(folder.resolve("eximtest.dns")))
                                    .txt(
                                            "test._domainkey.football.example.com",
                                            text(folder.resolve("test.txt")));
                    return Stream.of(
                            test(
                                    mail(folder, "ed25519test2.msg", "pass"),
                                    resolver,
                                    Optional.empty()),
                            test(
                                    mail(folder, "rfc6376.signed.msg", "pass"),
                                    resolver,
                                    Optional.empty()),
                            test(
                                    mail(folder, "message.mbox", "pass"),
                                    resolver,
                                    Optional.of(NO_KEY)),
                            test(
                                    mail(folder, "test2.message", "pass"),
                                    resolver,
                                    Optional.of(NO_KEY)),
                            test(
                                    mail(folder, "test_nofrom.message", "none"),
                                    resolver,
                                    Optional.empty()));
                });
    }

    @TestFactory
    Stream<DynamicTest> jdkim() {
        return Corpora.folder("dkim/james-jdkim").stream()
                .flatMap(folder -> {
                    var dns = folder.resolve("dns.json");
                    var resolver = Files.exists(dns) ? zone(json(dns)) : new ZoneResolver();
                    return files(folder.resolve("corpus")).map(file -> jdkim(file, resolver));
                });
    }

    /// Where the corpus has the key, the signature must verify; in any case the body hash.
    private static DynamicTest jdkim(Path file, Resolver resolver) {
        var name = String.valueOf(file.getFileName());
        var mail = SampleMail.read(file);
        boolean bad = name.startsWith("FAIL_");
        return DynamicTest.dynamicTest(
                name,
                () -> {
                    var results = Verifying.verify(mail, resolver, HISTORIC);
                    var words = Verifying.words(results);
                    if (bad) {
                        assertNotEquals("pass", outcome(results), words::toString);
                    } else if (words.stream().noneMatch(word -> word.contains("no key"))) {
                        assertEquals("pass", outcome(results), words::toString);
                    }
                    assertEquals(
                            !name.startsWith("FAIL_"),
                            bodyHashAgrees(mail),
                            "body hash of " + name);
                });
    }

    private static final List<String> CHANGED_ON_THE_WAY = List.of();

    @TestFactory
    Stream<DynamicTest> mailauth() {
        return Corpora.folder("dkim/postalsys-mailauth").stream()
                .flatMap(folder -> {
                    var ec = folder.resolve("dkim/ec/fixtures");
                    var resolver = mailauthZone(json(ec.resolve("dns.json")));
                    var both =
                            DynamicTest.dynamicTest(
                                    "ec/fixtures/signed.eml",
                                    () ->
                                            assertEquals(
                                                    List.of("pass", "pass"),
                                                    Verifying.words(
                                                            Verifying.verify(
                                                                    SampleMail.read(
                                                                            ec.resolve(
                                                                                    "signed.eml")),
                                                                    resolver,
                                                                    DkimPolicy.STANDARD))));
                    return Stream.concat(
                            Stream.of(both),
                            files(folder.resolve("fixtures"))
                                    .filter(f -> f.toString().endsWith(".eml"))
                                    .map(DkimSuitesTest::mailauthBodyHash));
                });
    }

    /// The real mails of this suite come without keys: their body hashes are what can be checked.
    private static DynamicTest mailauthBodyHash(Path file) {
        var name = String.valueOf(file.getFileName());
        var mail = SampleMail.read(file);
        return DynamicTest.dynamicTest(
                name + " body hash",
                () -> assertEquals(!CHANGED_ON_THE_WAY.contains(name), bodyHashAgrees(mail), name));
    }

    /// Whether each signature's body hash is that of the body.
    private static boolean bodyHashAgrees(SampleMail mail) {
        var octets = mail.bodyOctets();
        boolean agrees = true;
        for (var field : mail.header().all("DKIM-Signature")) {
            switch (DkimSignature.parse(field.rawBody())) {
                case DkimSignature.Parsed.Ok(var signature) -> {
                    var hasher = new BodyHasher(List.of(signature.bodyHashRequest()));
                    hasher.update(octets, 0, octets.length);
                    agrees &= hasher.finish().getFirst().base64().equals(signature.bodyHash());
                }
                case DkimSignature.Parsed.Bad _ -> agrees = false;
            }
        }
        return agrees;
    }

    private static Case mail(Path folder, String file, String want) {
        return new Case(file, SampleMail.read(folder.resolve(file)), want);
    }

    private static DynamicTest test(Case c, Resolver resolver, Optional<String> excluded) {
        return DynamicTest.dynamicTest(
                excluded.map(why -> "excluded: ").orElse("") + c.name(),
                () -> {
                    var results = Verifying.verify(c.mail(), resolver, HISTORIC);
                    var got = outcome(results);
                    if (excluded.isEmpty()) {
                        assertEquals(c.want(), got, () -> Verifying.words(results).toString());
                    } else if (got.equals(c.want())) {
                        fail("agrees now, so it must not be excluded: " + excluded.get());
                    }
                });
    }

    private static String outcome(List<SignatureResult> results) {
        var words = results.stream().map(result -> result.result().word()).toList();
        if (words.isEmpty()) {
            return "none";
        }
        return words.contains("pass") ? "pass" : words.contains("fail") ? "fail" : "invalid";
    }

    /// Lines of name, white space, then a TXT value or what goes wrong.
    private static Resolver fakeDns(Path file) {
        var resolver = new ZoneResolver();
        for (var line : text(file).lines().toList()) {
            int space = line.indexOf(' ');
            if (line.startsWith("#") || space < 0) {
                continue;
            }
            var name = line.substring(0, space);
            var value = line.substring(space).strip();
            if (value.startsWith("~~")) {
                resolver.answer(name, new Answer.TemporaryFailure<>(value));
            } else if (!value.equals("NXDOMAIN")) {
                resolver.txt(name, value.equals("\"\"") ? "" : value);
            }
        }
        return resolver;
    }

    private static ZoneResolver zone(JsonNode names) {
        var resolver = new ZoneResolver();
        names.properties()
                .forEach(entry -> resolver.txt(entry.getKey(), entry.getValue().asText()));
        return resolver;
    }

    private static ZoneResolver mailauthZone(JsonNode names) {
        var resolver = new ZoneResolver();
        names.properties()
                .forEach(entry ->
                        resolver.txt(
                                entry.getKey(),
                                elements(entry.getValue().get("TXT").get(0))
                                        .map(JsonNode::asText)
                                        .reduce("", String::concat)));
        return resolver;
    }

    private static JsonNode json(Path file) {
        return unchecked(() -> new ObjectMapper().readTree(file.toFile()));
    }

    private static String text(Path file) {
        return unchecked(() -> Files.readString(file)).strip();
    }

    private static Stream<Path> files(Path folder) {
        return unchecked(
                () -> {
                    try (var list = Files.list(folder)) {
                        return new ArrayList<>(list.sorted().toList());
                    }
                })
                .stream();
    }

    private static Stream<JsonNode> elements(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }

    /// Reads a file of the corpora.
    private interface Reading<T> {
        T read() throws IOException;
    }

    private static <T> T unchecked(Reading<T> reading) {
        try {
            return reading.read();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
