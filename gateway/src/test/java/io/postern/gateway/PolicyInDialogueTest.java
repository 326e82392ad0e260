package io.postern.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.gateway.policy.Check;
import io.postern.gateway.policy.Opinion;
import io.postern.gateway.policy.Policy;
import io.postern.gateway.policy.Situation;
import io.postern.gateway.policy.Stage;
import io.postern.smtp.Reply;
import io.postern.store.QueueFilter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// What a check says, as the client and the message see it.
@DisplayName("the policy in the dialogue")
@Timeout(60)
class PolicyInDialogueTest {
    private static final Reply NO = Reply.of(550, "5.7.77", "rule of the day");

    private static final String LETTER =
            """
            From: Somebody <somebody@example.net>
            Subject: a question
            Date: Sun, 22 Nov 2026 05:00:00 +0000

            Is all well?
            """;

    @TempDir Path folder;
    private Sink inside;
    private House house;

    @BeforeEach
    void open() throws Exception {
        inside = new Sink();
        house =
                new House(
                        folder,
                        """
                        hostname = "gw.example.com"
                        data = "data"
                        [[listener]]
                        role = "inbound"
                        address = "127.0.0.1:0"
                        [[domain]]
                        name = "example.com"
                        deliver_to = ["127.0.0.1:%d"]
                        recipients = { list = ["info@example.com"], tarpit = "0s" }
                        [authentication]
                        enabled = false
                        ambiguous_from = "accept"
                        [strangers]
                        verify_domain = false
                        [dns]
                        reverse_timeout = "0s"
                        [tarpit]
                        sessions = 1
                        """
                                .formatted(inside.port()),
                        InstantSource.system());
    }

    @AfterEach
    void close() {
        house.close();
        inside.close();
    }

    /// Puts checks before those of the perimeter, as a reload would.
    private void first(Check... checks) {
        var all = new ArrayList<Check>(List.of(checks));
        all.addAll(house.gateway().perimeter().policy().checks());
        house.gateway().perimeter().replace(new Policy(all));
    }

    private static Check at(Stage stage, Function<Situation, Opinion> what) {
        return situation -> situation.stage() == stage ? what.apply(situation) : Opinion.PASS;
    }

    private Talk talk() throws Exception {
        return new Talk(house.gateway().ports().getFirst());
    }

    private String deliver() throws Exception {
        try (var talk = talk()) {
            return talk.deliver("somebody@example.net", "info@example.com", LETTER);
        }
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource(value = Stage.class, mode = EnumSource.Mode.EXCLUDE, names = "CONNECT")
    @DisplayName("a refusal at a stage is the reply at that stage, and nothing is queued")
    void refused(Stage stage) throws Exception {
        first(at(stage, _ -> Opinion.refuse("day", NO)));
        assertEquals("550 5.7.77 rule of the day", deliver());
        assertEquals(0, house.gateway().store().count(QueueFilter.ALL));
    }

    @Test
    @DisplayName("another policy is in force at the next command of sessions that are open")
    void replaced() throws Exception {
        try (var talk = talk()) {
            talk.say("EHLO client.example.org");
            assertTrue(talk.say("MAIL FROM:<>").startsWith("250 "));
            first(at(Stage.RCPT, _ -> Opinion.refuse("day", NO)));
            assertEquals("550 5.7.77 rule of the day", talk.say("RCPT TO:<info@example.com>"));
        }
    }

    @Test
    @DisplayName("a refusal at connect is given in place of the greeting")
    void atConnect() throws Exception {
        first(at(Stage.CONNECT, _ -> Opinion.refuse("day", NO)));
        try (var talk = talk()) {
            assertEquals("550 5.7.77 rule of the day", talk.greeting);
            assertEquals("closed", talk.read());
        }
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource(value = Stage.class, mode = EnumSource.Mode.EXCLUDE, names = "CONNECT")
    @DisplayName("a refusal that closes ends the session, at the latest with the next MAIL")
    void closes(Stage stage) throws Exception {
        first(
                at(
                        stage,
                        _ ->
                                new Opinion.Refuse(
                                        "day",
                                        NO,
                                        Duration.ZERO,
                                        true,
                                        Opinion.decision("day", "no"))));
        try (var talk = talk()) {
            assertEquals(
                    "550 5.7.77 rule of the day",
                    talk.deliver("somebody@example.net", "info@example.com", LETTER));
            talk.send("RSET\r\nMAIL FROM:<a@example.net>\r\n");
            var last = "";
            for (var reply = talk.read(); !reply.equals("closed"); reply = talk.read()) {
                last = reply;
            }
            assertTrue(last.isEmpty() || last.startsWith("421 "), last);
        }
    }

    record Late(Stage stage, String to) {}

    static Stream<Late> relays() {
        return Stream.of(
                new Late(Stage.RCPT, "a@far.example"), new Late(Stage.RCPT, "nobody@example.com"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("relays")
    @DisplayName("a check that allows opens neither the relay nor unknown recipients")
    void allowIsNoRelay(Late late) throws Exception {
        first(at(late.stage(), _ -> new Opinion.Allow(Opinion.decision("list", "allowed"))));
        try (var talk = talk()) {
            var reply = talk.deliver("somebody@example.net", late.to(), LETTER);
            assertTrue(reply.startsWith("550 5."), reply);
        }
    }

    @Test
    @DisplayName("what is remarked upon arrives tagged; what was noted stands in the record")
    void tagged() throws Exception {
        first(
                at(
                        Stage.HELO,
                        _ ->
                                new Opinion.Note(
                                        Opinion.decision("odd-helo", "noted"),
                                        List.of(new Opinion.Remark.Tag("odd-helo")))),
                at(
                        Stage.RCPT,
                        _ ->
                                new Opinion.Note(
                                        Opinion.decision("odd-rcpt", "noted"),
                                        List.of(new Opinion.Remark.Tag("odd-rcpt")))));
        assertTrue(deliver().startsWith("250 "));
        var content = inside.next().content();
        assertTrue(content.contains("X-Postern-Tag: odd-helo\r\n"), content);
        assertTrue(content.contains("X-Postern-Tag: odd-rcpt\r\n"), content);
        var checks =
                house.gateway().store().search("info", 1).getFirst().decisions().stream()
                        .map(decision -> decision.check())
                        .toList();
        assertEquals(List.of("client", "odd-helo", "odd-rcpt", "recipients", "route"), checks);
    }

    @Test
    @DisplayName("what is to be held is kept, is not delivered, and leaves when it is released")
    void held() throws Exception {
        first(
                at(
                        Stage.MESSAGE,
                        _ ->
                                new Opinion.Note(
                                        Opinion.decision("odd", "noted"),
                                        List.of(new Opinion.Remark.Hold("looks odd")))));
        assertTrue(deliver().startsWith("250 "));
        var store = house.gateway().store();
        assertEquals(1, store.count(QueueFilter.ALL.withState("held")));
        assertTrue(inside.empty());
        house.gateway().beforeQueueChange();
        store.release(QueueFilter.ALL, InstantSource.system().instant());
        house.gateway().afterQueueChange();
        inside.next();
    }

    @Test
    @DisplayName("a delayed refusal is given in the end; above the bound nobody waits")
    void delayed() throws Exception {
        BlockingQueue<String> asked = new LinkedBlockingQueue<>();
        first(
                at(
                        Stage.RCPT,
                        situation -> {
                            asked.add(situation.session().sessionId());
                            return Opinion.slowly(Opinion.refuse("slow", NO), Duration.ofHours(1));
                        }));
        var waiting = talk();
        waiting.say("EHLO client.example.org");
        waiting.say("MAIL FROM:<>");
        waiting.send("RCPT TO:<info@example.com>\r\n");
        assertTrue(asked.poll(10, TimeUnit.SECONDS) != null);
        // The only place is taken (or will be in a moment; then one of the two waits).
        while (house.gateway().delayed() == 0) {
            Thread.onSpinWait();
        }
        assertEquals("550 5.7.77 rule of the day", deliver());
        assertEquals(1, house.gateway().delayed());
        // A stop ends the wait.
        house.close();
        assertTrue(waiting.read().matches("550 .*|421 .*|closed"));
        waiting.close();
    }

    @Test
    @DisplayName("each check is told how each stage ended, and that the session is over")
    void told() throws Exception {
        List<String> told = new CopyOnWriteArrayList<>();
        BlockingQueue<Situation> closed = new LinkedBlockingQueue<>();
        first(
                new Check() {
                    @Override
                    public Opinion ask(Situation situation) {
                        return Opinion.PASS;
                    }

                    @Override
                    public void settled(Situation situation, boolean refused) {
                        told.add(situation.stage() + " " + refused);
                    }

                    @Override
                    public void closed(Situation situation) {
                        closed.add(situation);
                    }
                });
        try (var talk = talk()) {
            talk.say("EHLO client.example.org");
            talk.say("MAIL FROM:<>");
            talk.say("RCPT TO:<nobody@example.com>");
            talk.say("RSET");
            talk.deliver("somebody@example.net", "info@example.com", LETTER);
            talk.say("QUIT");
        }
        var over = closed.poll(10, TimeUnit.SECONDS);
        assertEquals(
                List.of(
                        "connect false",
                        "helo false",
                        "mail false",
                        "rcpt true",
                        "helo false",
                        "mail false",
                        "rcpt false",
                        "data false",
                        "message false"),
                told);
        assertEquals(
                new Situation.Counts(1, 1, 1),
                over == null ? Situation.Counts.NONE : over.counts());
    }
}
