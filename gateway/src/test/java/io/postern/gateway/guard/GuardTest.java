package io.postern.gateway.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.postern.gateway.config.Config;
import io.postern.gateway.config.ConfigReader;
import io.postern.gateway.events.Figures;
import io.postern.gateway.policy.Opinion;
import io.postern.gateway.policy.Situation;
import io.postern.gateway.policy.Stage;
import io.postern.mail.Domain;
import io.postern.mail.Envelope;
import io.postern.mail.EnvelopeRecipient;
import io.postern.mail.ForwardPath;
import io.postern.mail.Mailbox;
import io.postern.mail.ReversePath;
import io.postern.smtp.Reply;
import io.postern.smtp.server.SessionFacts;
import io.postern.store.SqliteStore;
import io.postern.store.StoreSettings;
import io.postern.testkit.TestClock;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

@DisplayName("The guard of accounts in wrong hands")
class GuardTest {
    private static final Instant START = Instant.parse("2026-11-22T12:00:00Z");
    private static final Reply UNKNOWN = Reply.of(550, "5.1.1", "no such recipient");
    private static final Reply TROUBLE = Reply.of(451, "4.3.0", "the directory is down");

    @TempDir private Path temp;

    private final TestClock clock = new TestClock(START);
    private final List<Map<String, Object>> alarms = new ArrayList<>();
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeEach
    void listen() {
        log.start();
        logger().addAppender(log);
        logger().setAdditive(false);
    }

    @AfterEach
    void hush() {
        logger().detachAppender(log);
        logger().setAdditive(true);
    }

    private static Logger logger() {
        return (Logger) LoggerFactory.getLogger(Guard.class);
    }

    private static Config config(String guard) {
        return ConfigReader.parse(
                """
                hostname = "gw.example.com"
                [[listener]]
                role = "outbound"
                address = "127.0.0.1:2525"
                [[listener]]
                role = "inbound"
                address = "127.0.0.1:2526"
                [[domain]]
                name = "example.com"
                deliver_to = ["127.0.0.1:2628"]
                recipients = { list = ["info@example.com"] }
                [guard]
                recipients = 10
                refused = 3
                """
                        + guard,
                "test",
                Path.of("folder"));
    }

    /// A process that runs, with its guard.
    private final class Running implements AutoCloseable {
        final SqliteStore store =
                SqliteStore.open(temp.resolve("data"), StoreSettings.DEFAULTS, clock);
        final Figures figures = new Figures();
        final Config config;
        final Guard guard;

        Running(String settings) {
            config = config(settings);
            guard = new Guard(config.guard(), "gw.example.com", store, figures, alarms::add, clock);
        }

        Situation situation(Stage stage, String client, Optional<String> user, int listener) {
            var facts =
                    SessionFacts.accepted(
                            "s", "l", new InetSocketAddress(InetAddress.ofLiteral(client), 4_000));
            var to =
                    new EnvelopeRecipient(
                            new ForwardPath.Of(new Mailbox("to", Domain.of("example.net"))));
            return new Situation(
                    stage,
                    config.listener().get(listener),
                    user.map(name -> facts.authenticated(name, "PLAIN")).orElse(facts),
                    Optional.of(Envelope.from(new ReversePath.Null())),
                    stage == Stage.RCPT ? Optional.of(to) : Optional.empty(),
                    OptionalLong.empty(),
                    Optional.empty(),
                    Situation.Counts.NONE);
        }

        Situation of(Stage stage, String user) {
            return situation(stage, "192.0.2.1", Optional.of(user), 0);
        }

        /// How many of so many recipients are let through.
        int sends(String user, int recipients) {
            int passed = 0;
            for (int i = 0; i < recipients; i++) {
                passed += guard.ask(of(Stage.RCPT, user)).equals(Opinion.PASS) ? 1 : 0;
            }
            return passed;
        }

        void refused(String user, Reply reply, int times) {
            for (int i = 0; i < times; i++) {
                var situation = of(Stage.RCPT, user);
                guard.ask(situation);
                guard.settled(situation, true);
                guard.refused(situation, reply);
            }
        }

        List<String> suspended() {
            return guard.suspended().stream().map(SuspensionView::name).toList();
        }

        @Override
        public void close() {
            guard.close();
            store.close();
        }
    }

    @Test
    @DisplayName("what is suddenly too much suspends the user, at every step, and nobody else")
    void suspends() {
        try (var running = new Running("")) {
            assertEquals(10, running.sends("anna", 15));
            for (var stage : new Stage[] {Stage.MAIL, Stage.RCPT, Stage.DATA, Stage.MESSAGE}) {
                var refuse =
                        assertInstanceOf(
                                Opinion.Refuse.class,
                                running.guard.ask(running.of(stage, "anna")),
                                stage.toString());
                assertEquals(450, refuse.reply().code());
                assertEquals("4.7.1", refuse.reply().enhanced());
                assertEquals("guard", refuse.rule());
                assertEquals("anna", refuse.why().inputs().get("user"));
            }
            assertEquals(Opinion.PASS, running.guard.ask(running.of(Stage.MAIL, "bert")));
            assertEquals(List.of("anna"), running.suspended());
        }
    }

    @Test
    @DisplayName("it is said once: alarm, warning, figures")
    void saysSo() {
        try (var running = new Running("")) {
            running.sends("anna", 30);
            assertEquals(1, alarms.size());
            assertEquals("suspended", alarms.getFirst().get("event"));
            assertEquals("anna", alarms.getFirst().get("user"));
            assertEquals("gw.example.com", alarms.getFirst().get("gateway"));
            assertEquals(
                    "11 recipients in an hour, usual are 0 (at most 10)",
                    alarms.getFirst().get("reason"));
            assertEquals(1, log.list.size());
            assertEquals(Level.WARN, log.list.getFirst().getLevel());
            assertTrue(
                    log.list
                            .getFirst()
                            .getFormattedMessage()
                            .contains("postern users resume anna"));
            var page = running.figures.scrape();
            assertTrue(page.contains("postern_guard_suspensions_total 1.0"), page);
            assertTrue(page.contains("postern_guard_suspended 1.0"), page);
        }
    }

    @Test
    @DisplayName(
            "refused recipients suspend, refused for good here or by a next hop; trouble does not")
    void refusedRecipients() {
        try (var running = new Running("")) {
            running.refused("anna", UNKNOWN, 3);
            running.refused("bert", TROUBLE, 9);
            assertEquals(List.of(), running.suspended());
            running.refused("anna", UNKNOWN, 1);
            var facts = Map.of("user", "carl", "client", "192.0.2.1", "listener", "submission-587");
            running.guard.failed(facts, 3);
            assertEquals(List.of("anna"), running.suspended());
            running.guard.failed(facts, 1);
            assertEquals(List.of("anna", "carl"), running.suspended());
        }
    }

    @Test
    @DisplayName("who always sent much may go on; slow growth becomes usual")
    void usual() {
        try (var running = new Running("")) {
            for (int hour = 0; hour < 20; hour++) {
                int recipients = hour < 10 ? 10 : 40;
                assertEquals(recipients, running.sends("anna", recipients), "hour " + hour);
                clock.advance(Duration.ofHours(1));
            }
            assertEquals(100, running.sends("anna", 100));
            assertEquals(10, running.sends("bert", 100));
        }
    }

    @Test
    @DisplayName("a suspension and what is usual survive a restart")
    void restart() {
        try (var running = new Running("")) {
            running.sends("anna", 11);
            running.sends("bert", 9);
        }
        try (var running = new Running("")) {
            assertEquals(List.of("anna"), running.suspended());
            assertEquals(0, running.sends("anna", 1));
            assertEquals(1, running.sends("bert", 5), "9 of this hour were counted before");
        }
    }

    @Test
    @DisplayName("a power cut right after a suspension does not lift it")
    void powerCut() {
        var running = new Running("");
        running.sends("anna", 11);
        running.store.close(); // without a flush
        try (var again = new Running("")) {
            assertEquals(List.of("anna"), again.suspended());
        }
    }

    @Test
    @DisplayName("resume lifts it, and the hour begins anew; as usual it stays usual")
    void resume() {
        try (var running = new Running("")) {
            running.sends("anna", 11);
            assertTrue(running.guard.resume("anna", false));
            assertTrue(!running.guard.resume("anna", false));
            assertEquals(10, running.sends("anna", 30));
            assertTrue(running.guard.resume("anna", true));
            assertEquals(55, running.sends("anna", 80), "11 are usual now");
        }
        assertEquals(3, alarms.size());
    }

    @Test
    @DisplayName("resume on a gateway that does not run")
    void resumeStored() {
        try (var running = new Running("")) {
            running.sends("anna", 11);
        }
        try (var store = SqliteStore.open(temp.resolve("data"), StoreSettings.DEFAULTS, clock)) {
            var desk = new StoredGuard(store);
            assertEquals(
                    List.of("anna"), desk.suspended().stream().map(SuspensionView::name).toList());
            assertTrue(desk.resume("anna", false));
            assertTrue(!desk.resume("anna", false));
        }
        try (var running = new Running("")) {
            assertEquals(10, running.sends("anna", 11));
        }
    }

    @Test
    @DisplayName("who has not authenticated is not guarded, unless clients are")
    void clients() {
        try (var running = new Running("")) {
            var open = running.situation(Stage.RCPT, "192.0.2.9", Optional.empty(), 0);
            for (int i = 0; i < 50; i++) {
                assertEquals(Opinion.PASS, running.guard.ask(open));
            }
        }
        try (var running = new Running("clients = true\n")) {
            var open = running.situation(Stage.RCPT, "192.0.2.9", Optional.empty(), 0);
            for (int i = 0; i < 50; i++) {
                running.guard.ask(open);
            }
            assertEquals("client", running.guard.suspended().getFirst().kind());
            assertEquals("192.0.2.9", running.guard.suspended().getFirst().name());
            assertTrue(running.guard.resume("192.0.2.9", false));
            running.guard.failed(Map.of("client", "198.51.100.1", "listener", "inbound-25"), 99);
            assertEquals(List.of(), running.suspended());
            running.guard.failed(Map.of("client", "192.0.2.9", "listener", "outbound-25"), 4);
            assertEquals(List.of("192.0.2.9"), running.suspended());
        }
    }

    @Test
    @DisplayName("strangers at an inbound listener are none of its business")
    void strangers() {
        try (var running = new Running("clients = true\n")) {
            var open = running.situation(Stage.RCPT, "198.51.100.1", Optional.empty(), 1);
            for (int i = 0; i < 50; i++) {
                assertEquals(Opinion.PASS, running.guard.ask(open));
            }
        }
    }

    @Test
    @DisplayName("exempt users and a guard that is off suspend nobody")
    void exempt() {
        try (var running = new Running("exempt = [\"anna\"]\n")) {
            assertEquals(99, running.sends("anna", 99));
            assertEquals(10, running.sends("bert", 99));
        }
        try (var running = new Running("enabled = false\n")) {
            assertEquals(99, running.sends("carl", 99));
        }
    }

    @Test
    @DisplayName("many sessions of one user: never more than the limit is let through")
    void threads() throws InterruptedException {
        try (var running = new Running("")) {
            var passed = new AtomicInteger();
            var threads = new ArrayList<Thread>();
            for (int i = 0; i < 8; i++) {
                threads.add(
                        Thread.ofVirtual()
                                .start(() -> passed.addAndGet(running.sends("anna", 100))));
            }
            for (var thread : threads) {
                thread.join();
            }
            assertTrue(passed.get() <= 10, passed + " let through");
            assertEquals(1, alarms.size());
        }
    }

    @Test
    @DisplayName("who is seldom seen is forgotten once it makes no difference")
    void forgets() {
        try (var running = new Running("")) {
            running.sends("anna", 5);
            running.guard.close(); // writes down
            assertEquals(1, running.store.states("guard", "", 9).size());
            clock.advance(Duration.ofHours(1));
            running.guard.close();
            assertEquals(0, running.store.states("guard", "", 9).size());
        }
    }
}
