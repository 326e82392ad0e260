package io.postern.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.gateway.config.ConfigException;
import io.postern.gateway.config.ConfigReader;
import io.postern.gateway.replay.Replay;
import io.postern.gateway.replay.ReplayReport;
import io.postern.gateway.replay.Replaying;
import io.postern.testkit.FakeDns;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Messages that came in under one configuration, and what another would have done.
@DisplayName("replay")
@Timeout(60)
class ReplayTest {
    private static final String ZONE =
            """
            good.example. 60 IN TXT "v=spf1 ip4:127.0.0.1 -all"
            _dmarc.good.example. 60 IN TXT "v=DMARC1; p=reject"
            strict.example. 60 IN TXT "v=spf1 -all exp=why.%{d}"
            why.strict.example. 60 IN TXT "%{i} is none of ours"
            _dmarc.strict.example. 60 IN TXT "v=DMARC1; p=reject"
            mild.example. 60 IN TXT "v=spf1 -all"
            _dmarc.mild.example. 60 IN TXT "v=DMARC1; p=quarantine"
            """;

    private static final String LENIENT = "[authentication]\non_reject = \"accept\"\n";
    private static final Duration WEEK = Duration.ofDays(7);

    @TempDir private Path folder;
    private Sink inside;
    private FakeDns dns;
    private @Nullable House opened;

    @BeforeEach
    void open() throws Exception {
        inside = new Sink();
        dns = FakeDns.zone(ZONE + Signed.record("strict.example"));
    }

    @AfterEach
    void close() {
        house().close();
        inside.close();
    }

    private House house() {
        return Objects.requireNonNull(opened);
    }

    private void open(String more) throws Exception {
        opened =
                new House(
                        folder,
                        configuration(true) + more,
                        InstantSource.system(),
                        Optional.of(dns));
    }

    /// @param both whether example.org is ours beside example.com
    private String configuration(boolean both) {
        return """
        hostname = "gw.example.com"
        data = "data"
        [[listener]]
        role = "inbound"
        address = "127.0.0.1:0"
        [[listener]]
        role = "outbound"
        address = "127.0.0.1:0"
        unsigned = "pass"
        [[domain]]
        name = "example.com"
        sign = false
        recipients = { list = ["info@example.com"], tarpit = "0s" }
        deliver_to = ["127.0.0.1:%d"]
        %s
        [strangers]
        verify_domain = false
        [dns]
        servers = ["127.0.0.1:1"]
        [limits]
        hops = 10
        [outbound]
        smart_host = "127.0.0.1:1"
        """
                .formatted(
                        inside.port(),
                        both
                                ? """
                                [[domain]]
                                name = "example.org"
                                sign = false
                                recipients = { list = ["info@example.org"], tarpit = "0s" }
                                deliver_to = ["127.0.0.1:%d"]
                                """
                                        .formatted(inside.port())
                                : "");
    }

    private static String letter(String from, String more) {
        return "From: %s\nTo: info@example.com\nSubject: Cheap pills\n%sDate: Sun, 22 Nov 2026 05:00:00 +0000\n\nHello\n"
                .formatted(from, more);
    }

    /// The queue id.
    private String deliver(String from, String message) throws Exception {
        try (var talk = new Talk(house().gateway().ports().getFirst())) {
            var reply = talk.deliver(from, "info@example.com", message);
            return reply.startsWith("250 ") ? reply.substring(reply.lastIndexOf(' ') + 1) : reply;
        }
    }

    private ReplayReport replay(String more) {
        return replay(true, more);
    }

    private ReplayReport replay(boolean both, String more) {
        var config = ConfigReader.parse(configuration(both) + more, "new", folder);
        var replaying = new Replaying(new Replay(config), 2);
        var page = house().gateway().seen().page(WEEK, Optional.empty(), 1_000);
        page.messages().forEach(replaying::add);
        replaying.unreadable(page.unreadable());
        return replaying.report();
    }

    /// Such as `2 accepted -> refused by dmarc`.
    private static List<String> changes(ReplayReport report) {
        return report.changes().stream()
                .map(one -> one.messages() + " " + one.before() + " -> " + one.now())
                .toList();
    }

    private static List<String> cantTell(ReplayReport report) {
        return report.cantTell().stream().map(one -> one.messages() + " " + one.what()).toList();
    }

    /// One of each kind.
    private void some() throws Exception {
        deliver("a@good.example", letter("a@good.example", ""));
        deliver("a@strict.example", letter("a@strict.example", "X-Mailer: Bulk\n"));
        deliver("b@strict.example", letter("a@strict.example", ""));
        deliver("c@strict.example", letter("a@strict.example", ""));
        deliver("a@mild.example", letter("a@mild.example", ""));
        deliver("a@good.example", letter("a@good.example, b@good.example", ""));
        deliver("a@good.example", "Received: x\n".repeat(11) + letter("a@good.example", ""));
    }

    @Test
    @DisplayName("under the configuration in force nothing would be treated otherwise")
    void same() throws Exception {
        open(LENIENT);
        some();
        var report = replay(LENIENT);
        assertEquals(7, report.messages());
        assertEquals(List.of(), changes(report));
        assertEquals(List.of(), cantTell(report));
        assertEquals(
                List.of(new ReplayReport.Count("loop", 1)),
                report.notCompared(),
                "refused by what is not asked again");
    }

    @Test
    @DisplayName(
            "on_reject from accept to refuse: how many, examples, and the reply they would get")
    void stricter() throws Exception {
        open(LENIENT);
        some();
        var id = deliver("d@strict.example", letter("Anna <d@strict.example>", ""));
        var report = replay("");
        assertEquals(List.of("4 accepted -> refused by dmarc"), changes(report));
        assertEquals(4, report.otherwise());
        var examples = report.changes().getFirst().examples();
        assertEquals(2, examples.size());
        assertEquals("<a@strict.example>", examples.getFirst().from());
        assertEquals(Optional.of("a@strict.example"), examples.getFirst().author());
        assertEquals("127.0.0.1", examples.getFirst().client());
        assertEquals(
                "550 5.7.1 strict.example asks that mail in its name be refused when neither SPF"
                        + " nor DKIM shows that it sent it (DMARC): SPF fail for strict.example,"
                        + " no DKIM signature",
                examples.getFirst().why());
        assertTrue(id.length() < 40, id);
        assertEquals(
                id,
                house().gateway()
                        .seen()
                        .page(WEEK, Optional.empty(), 100)
                        .messages()
                        .getLast()
                        .id()
                        .orElseThrow());
    }

    /// @param then the settings in force
    /// @param now those tried
    record Case(String rule, String then, String now, List<String> changes, List<String> cantTell) {
        @Override
        public String toString() {
            return rule;
        }
    }

    private static String rule(String stage, String when, String action) {
        return "[[rule]]\nname = \"mine\"\nstage = \"%s\"\nwhen = '%s'\naction = \"%s\"\n"
                .formatted(stage, when, action);
    }

    static Stream<Case> cases() {
        var sure = List.<String>of();
        return Stream.of(
                new Case(
                        "refused ones are kept too: what would be let in",
                        "",
                        LENIENT,
                        List.of("3 refused by dmarc -> accepted"),
                        sure),
                new Case(
                        "on_quarantine from tag to hold",
                        "",
                        "[authentication]\non_quarantine = \"hold\"\n",
                        List.of("1 accepted, tagged dmarc -> held by dmarc"),
                        sure),
                new Case(
                        "ambiguous_from and forwarders",
                        "",
                        "[authentication]\nambiguous_from = \"accept\"\nforwarders = [\"127.0.0.0/8\"]\n",
                        List.of(
                                "3 refused by dmarc -> accepted",
                                "1 accepted, tagged dmarc -> accepted",
                                "1 refused by ambiguous-from -> accepted"),
                        sure),
                new Case(
                        "on_spf_fail, with the domain's words",
                        LENIENT,
                        LENIENT + "on_spf_fail = \"refuse\"\n",
                        List.of(
                                "3 accepted -> refused by spf-fail",
                                "1 accepted, tagged dmarc -> refused by spf-fail"),
                        sure),
                new Case(
                        "a rule by results and a header field that is kept",
                        LENIENT,
                        LENIENT
                                + rule(
                                        "message",
                                        "dmarc.result == \"fail\" && header.first(\"X-Mailer\") == \"Bulk\"",
                                        "refuse"),
                        List.of("1 accepted -> refused by mine"),
                        sure),
                new Case(
                        "a rule that tags at mail",
                        LENIENT,
                        LENIENT + rule("mail", "reverse_path.local == \"b\"", "tag"),
                        List.of("1 accepted -> accepted, tagged mine"),
                        sure),
                new Case(
                        "a rule that defers at rcpt is no refusal",
                        LENIENT,
                        LENIENT
                                + rule(
                                        "rcpt",
                                        "reverse_path.local == \"b\" && forward_path.local == \"info\"",
                                        "defer"),
                        List.of("1 accepted -> deferred by mine"),
                        sure),
                new Case(
                        "a rule that allows spares what comes after it",
                        "",
                        rule("message", "author.domain == \"strict.example\"", "allow"),
                        List.of("3 refused by dmarc -> accepted"),
                        sure),
                new Case(
                        "a rule in shadow mode does nothing",
                        LENIENT,
                        LENIENT + rule("message", "true", "refuse") + "mode = \"shadow\"\n",
                        List.of(),
                        sure),
                new Case(
                        "what a rule asks for and was not kept can't be told, where it matters",
                        LENIENT,
                        LENIENT
                                + rule(
                                        "message",
                                        "reverse_path.local == \"b\" && \"x-spam\" in header",
                                        "refuse"),
                        List.of(),
                        List.of("1 rule mine asks for header x-spam, which was not kept")),
                new Case(
                        "names of fields made by strangers are not told apart",
                        LENIENT,
                        LENIENT
                                + rule(
                                        "message",
                                        "author.domain == \"strict.example\" && header.first(subject) == \"x\"",
                                        "refuse"),
                        List.of(),
                        List.of(
                                "3 rule mine asks for header fields of any name, which was not kept")),
                new Case(
                        "a loop over all fields can't be told; one over a kept field can",
                        LENIENT,
                        LENIENT
                                + rule(
                                        "message",
                                        "reverse_path.local == \"b\" && header.exists(n, n == \"x-spam\")",
                                        "refuse")
                                + rule(
                                                "message",
                                                "reverse_path.local == \"c\" && header[\"subject\"].exists(s, s.contains(\"pills\"))",
                                                "refuse")
                                        .replace("mine", "pills"),
                        List.of("1 accepted -> refused by pills"),
                        List.of(
                                "1 rule mine asks for header fields of any name, which was not kept")),
                new Case(
                        "an access list refuses at connect",
                        LENIENT,
                        LENIENT
                                + "[[access_list]]\nname = \"loop\"\nof = \"client\"\naction = \"refuse\"\nentries = [\"127.0.0.1\"]\n",
                        List.of(
                                "4 accepted -> refused by list:loop",
                                "1 accepted, tagged dmarc -> refused by list:loop"),
                        sure),
                new Case(
                        "an access list lets through",
                        "",
                        "[[access_list]]\nname = \"friends\"\nof = \"client\"\naction = \"allow\"\nentries = [\"127.0.0.1\"]\n",
                        List.of(
                                "3 refused by dmarc -> accepted",
                                "1 accepted, tagged dmarc -> accepted",
                                "1 refused by ambiguous-from -> accepted"),
                        sure),
                new Case(
                        "mail that was not authenticated can't be judged",
                        "[authentication]\nenabled = false\n",
                        "",
                        List.of(),
                        List.of("6 mail was not authenticated then")),
                new Case(
                        "and without authentication nothing is refused for it",
                        "",
                        "[authentication]\nenabled = false\n",
                        List.of(
                                "3 refused by dmarc -> accepted",
                                "1 accepted, tagged dmarc -> accepted"),
                        sure));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void otherwise(Case c) throws Exception {
        open(c.then());
        some();
        var report = replay(c.now());
        assertEquals(7, report.messages());
        assertEquals(c.changes(), changes(report));
        assertEquals(c.cantTell(), cantTell(report));
    }

    @Test
    @DisplayName("a domain that is ours no more: its recipients are refused, the others not")
    void relay() throws Exception {
        open("");
        try (var talk = new Talk(house().gateway().ports().getFirst())) {
            for (var line :
                    new String[] {
                        "EHLO client.example.org",
                        "MAIL FROM:<a@good.example>",
                        "RCPT TO:<info@example.org>",
                        "RCPT TO:<info@example.com>",
                        "DATA"
                    }) {
                talk.say(line);
            }
            talk.send(letter("a@good.example", "").replace("\n", "\r\n"));
            assertTrue(talk.say(".").startsWith("250 "));
            talk.say("MAIL FROM:<a@good.example>");
            talk.say("RCPT TO:<info@example.org>");
            talk.say("DATA");
            talk.send(letter("a@good.example", "").replace("\n", "\r\n"));
            assertTrue(talk.say(".").startsWith("250 "));
        }
        assertEquals(List.of(), changes(replay("")));
        assertEquals(
                List.of("1 accepted -> partly refused by relay", "1 accepted -> refused by relay"),
                changes(replay(false, "")).stream().sorted().toList());
    }

    @Test
    @DisplayName("a signature and its domain are told to rules as they were found")
    void signed() throws Exception {
        open("");
        deliver(
                "list@good.example",
                Signed.by("strict.example", letter("a@strict.example", ""), Instant.now()));
        assertEquals(
                List.of("1 accepted -> refused by mine"),
                changes(
                        replay(
                                rule(
                                        "message",
                                        "dkim.domains == [\"strict.example\"] && dkim.results == [\"pass\"] && dmarc.policy == \"reject\"",
                                        "refuse"))));
    }

    @Test
    @DisplayName("what was seen survives a restart; our own hosts' mail is not kept")
    void restart() throws Exception {
        open(LENIENT);
        some();
        try (var talk = new Talk(house().gateway().ports().get(1))) {
            var reply =
                    talk.deliver("a@other.example", "b@other.example", letter("a@b.example", ""));
            assertTrue(reply.startsWith("250 "), reply);
        }
        house().restart();
        assertEquals(List.of("3 accepted -> refused by dmarc"), changes(replay("")));
        some();
        assertEquals(List.of("6 accepted -> refused by dmarc"), changes(replay("")));
        assertEquals(0, house().gateway().seen().lost());
    }

    @Test
    @DisplayName("[history] replay = 0s keeps nothing")
    void off() throws Exception {
        open("[history]\nreplay = \"0s\"\n");
        some();
        assertEquals(0, replay("").messages());
    }

    @Test
    @DisplayName("a new configuration that can't be used is told as at start-up")
    void wrong() throws Exception {
        open("");
        var rule =
                assertThrows(
                        ConfigException.class,
                        () -> replay(rule("message", "dmark.result == \"x\"", "refuse")));
        assertTrue(String.valueOf(rule.getMessage()).contains("dmark.result is not a fact"));
        Files.writeString(folder.resolve("nets"), "192.0.2.0/24\nnot-a-net\n");
        var list =
                assertThrows(
                        ConfigException.class,
                        () ->
                                replay(
                                        "[[access_list]]\nname = \"l\"\nof = \"client\"\naction = \"refuse\"\nfile = \"nets\"\n"));
        assertTrue(String.valueOf(list.getMessage()).contains("line 2"), list.getMessage());
    }
}
