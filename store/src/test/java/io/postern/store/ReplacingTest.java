package io.postern.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.mail.Content;
import io.postern.mail.HeaderField;
import io.postern.mail.HeaderFields;
import io.postern.testkit.TestClock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("SQLite: another header section for a queued message")
class ReplacingTest {
    private static final Instant START = Instant.parse("2026-11-22T12:00:00Z");

    @TempDir private Path temp;
    private final TestClock clock = new TestClock(START);
    private MessageStore store;

    @BeforeEach
    void open() {
        store = SqliteStore.open(temp.resolve("data"), StoreSettings.DEFAULTS, clock);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private NewMessage accept(Mail mail) {
        return accept(mail, mail.content());
    }

    private NewMessage accept(Mail mail, Content content) {
        var message = mail.as(store.nextId(), content);
        store.accept(message).join();
        return message;
    }

    private static Mail mail(int body) {
        return Mail.at(START, "a@one.example", "b@two.example").body(body);
    }

    private static HeaderFields header(int size) {
        return new HeaderFields(
                List.of(
                        new HeaderField("X", "X: " + "x".repeat(size) + "\r\n"),
                        new HeaderField("From", "From: other@example.com\r\n")));
    }

    private Replacement replacement(NewMessage message, HeaderFields header, boolean release) {
        return new Replacement(
                message.id(),
                header,
                List.of(new Decision("dkim-sign", "signed anew", Map.of("d", "example.com"))),
                clock.instant(),
                "because",
                release);
    }

    private byte[] stored(NewMessage message) {
        return Mail.octets(store.content(message.id()).orElseThrow());
    }

    @ParameterizedTest(name = "{0} octets of body")
    @ValueSource(ints = {0, 1_000, 262_000, 262_143, 262_144, 300_000, 1_000_000})
    @DisplayName("the body stays octet for octet, in one row or in many chunks")
    void bodyStays(int size) {
        var message = accept(mail(size));
        for (int length : new int[] {700, 3, 40_000, 700}) {
            var header = header(length);
            assertTrue(store.replace(replacement(message, header, false)).join());
            assertArrayEquals(Mail.octets(message.content().withHeader(header)), stored(message));
            assertEquals(
                    message.content().withHeader(header).size(),
                    store.find(message.id()).orElseThrow().size());
        }
    }

    @ParameterizedTest(name = "{0} octets of header section")
    @ValueSource(ints = {262_000, 262_144, 600_000})
    @DisplayName("a header section of more than one chunk too")
    void longHeaders(int size) {
        var message = accept(mail(500_000), mail(500_000).content().withHeader(header(size)));
        for (int more : new int[] {500, -2_000, 90_000}) {
            var header = header(size + more);
            assertTrue(store.replace(replacement(message, header, false)).join());
            assertArrayEquals(Mail.octets(message.content().withHeader(header)), stored(message));
        }
    }

    @Test
    @DisplayName("shows in record and history")
    void shows() {
        var message = accept(mail(10));
        assertTrue(store.replace(replacement(message, header(1), false)).join());
        var kept = store.find(message.id()).orElseThrow();
        assertEquals("signed anew", kept.decisions().getLast().conclusion());
        assertEquals(message.decisions().size() + 1, kept.decisions().size());
        assertEquals("resigned", kept.events().getLast().kind());
        assertEquals("because", kept.events().getLast().detail());
    }

    @Test
    @DisplayName("not of a message that somebody has taken, not even for one recipient")
    void takenStays() {
        var message = accept(mail(300_000));
        var taken = store.take("one.example", clock.instant(), 10);
        assertFalse(store.replace(replacement(message, header(1), false)).join());
        assertArrayEquals(Mail.octets(message.content()), stored(message));
        store.giveBack(taken).join();
        assertTrue(store.replace(replacement(message, header(1), false)).join());
    }

    @Test
    @DisplayName("not of a message that has left the queue")
    void leftStays() {
        var message = accept(mail(10));
        store.delete(QueueFilter.of(message.id()), START, "for a test");
        assertFalse(store.replace(replacement(message, header(1), false)).join());
    }

    @Test
    @DisplayName("whoever reads meanwhile gets an error, not a mixture")
    void noMixture() throws IOException {
        var message = accept(mail(600_000));
        var before = store.content(message.id()).orElseThrow();
        assertTrue(store.replace(replacement(message, header(9_000), false)).join());
        try (var in = before.openBody()) {
            var e = assertThrows(IOException.class, in::readAllBytes);
            assertTrue(e.toString().contains("changed while it was read"), e.toString());
        }
    }

    @Test
    @DisplayName("the time for which a message was held does not count when it is let go")
    void release() {
        var message = accept(mail(10).fact(MessageStore.HELD, "dkim: no key"));
        clock.advance(Duration.ofDays(6));
        assertTrue(store.replace(replacement(message, header(1), true)).join());
        var entry = store.list(QueueFilter.of(message.id()), Optional.empty(), 10).getFirst();
        assertEquals("queued", entry.state());
        assertEquals(clock.instant(), entry.recipient().due());
        assertEquals(message.expires().plus(Duration.ofDays(6)), entry.recipient().expires());
        assertEquals(message.deadline().plus(Duration.ofDays(6)), entry.recipient().deadline());
        assertEquals("released", store.find(message.id()).orElseThrow().events().getLast().kind());
    }

    @Test
    @DisplayName("a crash leaves the old content or the new one, whole")
    void crash() throws IOException {
        var message = accept(mail(700_000));
        var old = Mail.octets(message.content());
        int seenNew = 0;
        for (int round = 0; round < 12; round++) {
            var header = header(1_000 + 7 * round);
            var wanted = Mail.octets(message.content().withHeader(header));
            var under = store.replace(replacement(message, header, false));
            if (round % 3 == 0) {
                under.join();
            }
            var copy = SqliteQueueTest.crashed(temp.resolve("data"), temp.resolve("c" + round));
            under.join();
            try (var crashed = SqliteStore.open(copy, StoreSettings.DEFAULTS, clock)) {
                var found = Mail.octets(crashed.content(message.id()).orElseThrow());
                boolean isNew = Arrays.equals(wanted, found);
                seenNew += isNew ? 1 : 0;
                assertTrue(isNew || Arrays.equals(old, found), "a mixture in round " + round);
                assertTrue(isNew || round % 3 != 0, "what was done is lost");
            }
            old = wanted;
        }
        assertTrue(seenNew >= 4);
    }

    @Test
    @DisplayName("messages are found by what was decided, part by part")
    void decided() {
        var first = accept(mail(1));
        var held = accept(mail(1).fact(MessageStore.HELD, "dkim: no key"));
        var third = accept(mail(1));
        store.replace(replacement(first, header(1), false)).join();
        store.replace(replacement(held, header(1), false)).join();
        var wanted = Map.of("d", "example.com");
        var part = store.decided(wanted, false, Optional.empty(), 2);
        assertEquals(List.of(first.id(), held.id()), part.found());
        assertEquals(Optional.of(held.id()), part.next());
        assertEquals(
                new MessageStore.Part(List.of(), Optional.empty()),
                store.decided(wanted, false, part.next(), 2));
        assertEquals(List.of(held.id()), store.decided(wanted, true, Optional.empty(), 10).found());
        assertEquals(
                List.of(first.id(), held.id(), third.id()),
                store.decided(Map.of("client", "192.0.2.10"), false, Optional.empty(), 10).found());
        assertEquals(
                List.of(),
                store.decided(Map.of("d", "exampl_.com"), false, Optional.empty(), 10).found());
    }
}
