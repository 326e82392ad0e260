package io.postern.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.gateway.identities.ClientNames;
import io.postern.gateway.policy.Situation;
import io.postern.gateway.seen.Fate;
import io.postern.gateway.seen.SeenArc;
import io.postern.gateway.seen.SeenHeader;
import io.postern.gateway.seen.SeenLog;
import io.postern.gateway.seen.SeenMessage;
import io.postern.gateway.seen.SeenResults;
import io.postern.smtp.Reply;
import io.postern.store.SqliteStore;
import io.postern.store.StoreSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("postern replay, on a folder that nobody uses")
class ReplayCommandTest {
    private static final String CONFIG =
            """
            hostname = "gw.example.com"
            data = "data"
            [[listener]]
            role = "inbound"
            address = "127.0.0.1:2525"
            [[domain]]
            name = "example.com"
            deliver_to = ["127.0.0.1:1"]
            recipients = { list = ["info@example.com"] }
            """;

    @TempDir Path folder;

    private World.Result run(String... words) {
        return new World(folder).run(words);
    }

    private static SeenMessage message(
            Instant at,
            String id,
            String client,
            Optional<ClientNames> names,
            String from,
            String dmarc,
            Fate fate) {
        var domain = from.substring(from.indexOf('@') + 1);
        var spf =
                new SeenResults.Spf(
                        dmarc.equals("fail") ? "fail" : "pass",
                        domain,
                        Optional.empty(),
                        Optional.empty());
        return new SeenMessage(
                SeenMessage.VERSION,
                at,
                fate.kind() == Fate.Kind.REFUSED ? Optional.empty() : Optional.of(id),
                "inbound-2525",
                new SeenMessage.Client(
                        client,
                        Optional.of("mx." + domain),
                        true,
                        Optional.empty(),
                        Optional.empty(),
                        names),
                new SeenMessage.Paths(
                        "<" + from + ">",
                        List.of("<info@example.com>"),
                        0,
                        Optional.of(1_000L),
                        1_000),
                new Situation.Counts(0, 1, 0),
                Optional.of(new SeenHeader(List.of("From: " + from + "\r\n"), List.of())),
                Optional.of(
                        new SeenResults(
                                spf,
                                spf,
                                List.of(),
                                Optional.of(
                                        new SeenResults.Dmarc(
                                                dmarc,
                                                Optional.empty(),
                                                domain,
                                                Optional.of(domain),
                                                Optional.of("reject"),
                                                Optional.of("reject"))),
                                new SeenArc("none", List.of(), Optional.empty()))),
                fate);
    }

    @BeforeEach
    void written() throws Exception {
        Files.writeString(folder.resolve("new.toml"), CONFIG);
        var now = World.NOW;
        var none = Optional.of(ClientNames.NONE);
        var accepted = Fate.accepted(List.of());
        try (var store =
                        SqliteStore.open(
                                folder.resolve("data"), StoreSettings.DEFAULTS, () -> now);
                var log = new SeenLog(Duration.ofDays(7), store, () -> now, 1)) {
            for (int i = 1; i <= 4; i++) {
                int minutes = 10 - i;
                var id = "ID" + i;
                log.add(() ->
                        message(
                                now.minus(Duration.ofMinutes(minutes)),
                                id,
                                "192.0.2.7",
                                none,
                                "a@strict.example",
                                "fail",
                                accepted));
            }
            log.add(() ->
                    message(
                            now.minus(Duration.ofMinutes(2)),
                            "ID5",
                            "2001:db8::1",
                            Optional.empty(),
                            "b@good.example",
                            "pass",
                            accepted));
            log.add(() ->
                    message(
                            now.minus(Duration.ofMinutes(1)),
                            "ID6",
                            "192.0.2.9",
                            none,
                            "c@good.example",
                            "pass",
                            Fate.refused(
                                    "per-client", "rate", Reply.of(550, "5.7.1", "too much"))));
            log.add(() ->
                    message(
                            now.minus(Duration.ofDays(2)),
                            "ID0",
                            "192.0.2.7",
                            none,
                            "a@strict.example",
                            "fail",
                            accepted));
        }
    }

    @Test
    @DisplayName("how many, of which kinds, examples, and what can't be said")
    void table() throws Exception {
        Files.writeString(
                folder.resolve("new.toml"),
                CONFIG
                        + """
                        [[rule]]
                        name = "dialups"
                        stage = "mail"
                        when = 'client.name.startsWith("dyn")'
                        action = "refuse"
                        """);
        var shown = run("replay", "--config", "new.toml", "--since", "1d", "--examples", "2");
        assertEquals(0, shown.code(), shown.err());
        assertEquals("", shown.err());
        assertEquals(
                """
                6 messages of the last 1d; 4 would be treated otherwise:

                MESSAGES CHANGE
                4 accepted -> refused by dmarc

                accepted -> refused by dmarc, for example:
                TIME ID CLIENT FROM AUTHOR WHY
                2026-11-22T04:51:00Z ID1 192.0.2.7 <a@strict.example> a@strict.example 550 5.7.1 strict.example asks that mail in …
                2026-11-22T04:52:00Z ID2 192.0.2.7 <a@strict.example> a@strict.example 550 5.7.1 strict.example asks that mail in …

                Of 1 message nothing can be told:
                MESSAGES WHY
                1 rule dialups asks for client.name, which was not kept

                Not compared are 1 message, refused by what is not replayed:
                MESSAGES WHY
                1 per-client

                Not replayed: rates and the guard, DNS lists, names in the DNS (strangers), recipients, greylisting, agreements about TLS (peer), limits.
                """,
                shown.out().replaceAll(" +", " "));
    }

    @Test
    @DisplayName("seven days without --since; one example of each with --json")
    void json() {
        var shown = run("replay", "--config", "new.toml", "--examples", "1", "--json");
        assertEquals(0, shown.code(), shown.err());
        assertTrue(shown.out().contains("\"messages\" : 7,"), shown.out());
        assertTrue(shown.out().contains("\"otherwise\" : 5,"), shown.out());
        assertTrue(shown.out().contains("\"id\" : \"ID0\""), shown.out());
        assertFalse(shown.out().contains("\"id\" : \"ID1\""), shown.out());
    }

    @Test
    @DisplayName("nothing would change: said in one line")
    void nothing() throws Exception {
        Files.writeString(
                folder.resolve("new.toml"), CONFIG + "[authentication]\non_reject = \"accept\"\n");
        var shown = run("replay", "--config", "new.toml");
        assertEquals(0, shown.code(), shown.err());
        assertTrue(
                shown.out()
                        .startsWith(
                                "7 messages of the last 7d; none would be treated otherwise.\n"),
                shown.out());
    }

    @Test
    @DisplayName("an empty history says so, and which setting keeps one")
    void empty() {
        var shown = run("replay", "--config", "new.toml", "--since", "1s");
        assertEquals(0, shown.code(), shown.err());
        assertEquals(
                "No messages of the last 1s are kept. Those that strangers hand in are kept for as"
                        + " long as [history] replay says (default 7d, 0s for none).\n",
                shown.out());
    }

    @Test
    @DisplayName("a configuration elsewhere, and the folder by --data")
    void elsewhere() throws Exception {
        Files.createDirectory(folder.resolve("tmp"));
        Files.move(folder.resolve("new.toml"), folder.resolve("tmp/new.toml"));
        var without = run("replay", "--config", "tmp/new.toml");
        assertEquals(Failure.NOT, without.code());
        assertTrue(without.err().contains("there is no data folder"), without.err());
        var with = run("replay", "--config", "tmp/new.toml", "--data", "data");
        assertEquals(0, with.code(), with.err());
        assertTrue(with.out().startsWith("7 messages "), with.out());
    }

    @Test
    @DisplayName("a wrong configuration is told as `config check` tells it")
    void wrong() throws Exception {
        for (var more :
                new String[] {
                    "[authentication]\non_rejekt = \"accept\"\n",
                    "[[rule]]\nname = \"x\"\nstage = \"mail\"\nwhen = 'dmarc.result == \"fail\"'\naction = \"refuse\"\n"
                }) {
            Files.writeString(folder.resolve("new.toml"), CONFIG + more);
            var checked = run("config", "check", "new.toml");
            var shown = run("replay", "--config", "new.toml");
            assertEquals(Failure.NOT, shown.code());
            assertEquals(checked.err(), shown.err());
            assertFalse(shown.err().isEmpty());
        }
    }

    @Test
    @DisplayName("misuse is told with the way out")
    void misuse() {
        assertEquals(Failure.USAGE, run("replay").code());
        var since = run("replay", "--config", "new.toml", "--since", "yesterday");
        assertEquals(Failure.USAGE, since.code());
        assertTrue(since.err().contains("90m, 12h or 7d, not yesterday"), since.err());
        assertEquals(
                Failure.USAGE, run("replay", "--config", "new.toml", "--examples", "-1").code());
        var help = run("replay", "--help");
        assertEquals(0, help.code());
        assertTrue(help.out().contains("postern replay --config new.toml --since 12h"));
    }
}
