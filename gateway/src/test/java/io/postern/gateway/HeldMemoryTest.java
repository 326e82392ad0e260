package io.postern.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What sessions hold in memory before they are answered: bounded, and given back.
@DisplayName("memory that a session holds")
@Timeout(60)
class HeldMemoryTest {
    private static final String LETTER = "From: a@example.com\nSubject: hello\n\nbody\n";
    private static final Pattern HELD = Pattern.compile("(?m)^postern_content_memory ([0-9.E]+)$");

    @TempDir Path folder;
    private Sink next;
    private House house;

    @BeforeEach
    void open() throws IOException {
        next = new Sink();
        house =
                new House(
                        folder,
                        """
                        hostname = "gw.example.com"
                        data = "data"
                        [[listener]]
                        role = "outbound"
                        address = "127.0.0.1:0"
                        unsigned = "pass"
                        [[domain]]
                        name = "example.com"
                        sign = false
                        [outbound]
                        smart_host = "127.0.0.1:%d"
                        [limits]
                        content_in_memory = "4 MiB"
                        """
                                .formatted(next.port()),
                        InstantSource.system());
    }

    @AfterEach
    void close() {
        house.close();
        next.close();
    }

    private Talk talk() throws IOException {
        return new Talk(house.gateway().ports().getFirst());
    }

    private long held() {
        var found = HELD.matcher(house.gateway().figures().scrape());
        assertTrue(found.find(), "no figure");
        return (long) Double.parseDouble(found.group(1));
    }

    private void awaitHeld(boolean some) {
        while (held() > 0 != some) {
            Thread.onSpinWait(); // the client may hear the reply before the figure is back
        }
    }

    /// A session in which a transaction holds something.
    private Talk begun() throws IOException {
        var talk = talk();
        talk.say("EHLO client.example.com");
        assertEquals("250 2.1.0 ok", talk.say("MAIL FROM:<a@example.com>"));
        assertEquals("250 2.1.5 ok", talk.say("RCPT TO:<b@example.net>"));
        assertTrue(held() > 500, "MAIL and RCPT are counted");
        return talk;
    }

    /// @param end how a transaction ends; the connection may be open or not
    record Case(String rule, End end) {
        @Override
        public String toString() {
            return rule;
        }
    }

    interface End {
        void of(Talk talk) throws IOException;
    }

    static Stream<Case> ends() {
        return Stream.of(
                new Case("RSET", talk -> talk.say("RSET")),
                new Case("EHLO", talk -> talk.say("EHLO again.example.com")),
                new Case("QUIT", talk -> talk.say("QUIT")),
                new Case("a connection that breaks", Talk::close),
                new Case(
                        "a message that is taken",
                        talk -> {
                            talk.say("DATA");
                            talk.send(LETTER.replace("\n", "\r\n") + ".\r\n");
                            assertTrue(talk.read().startsWith("250 2.0.0 "));
                        }),
                new Case(
                        "a message that is refused",
                        talk -> {
                            talk.say("DATA");
                            talk.send("Subject: x\0\r\n\r\n.\r\n");
                            assertTrue(talk.read().startsWith("554 5.6.11 "));
                        }),
                new Case(
                        "a header that is refused",
                        talk -> {
                            talk.say("DATA");
                            talk.send("no header\r\n\r\n.\r\n");
                            assertTrue(talk.read().startsWith("5"));
                        }),
                new Case(
                        "half a header, then none",
                        talk -> {
                            talk.say("DATA");
                            talk.send("Subject: " + "x".repeat(20_000));
                            talk.close();
                        }),
                new Case(
                        "half a body in a file, then none",
                        talk -> {
                            talk.say("DATA");
                            talk.send("Subject: x\r\n\r\n" + "x\r\n".repeat(200_000));
                            talk.close();
                        }),
                new Case(
                        "a chunk, then RSET",
                        talk -> {
                            talk.send("BDAT 20003\r\nA: " + "x".repeat(20_000));
                            assertTrue(talk.read().startsWith("250 "));
                            talk.say("RSET");
                        }),
                new Case(
                        "a chunk that is refused",
                        talk -> {
                            talk.send("BDAT 5\r\nA: \0x");
                            assertTrue(talk.read().startsWith("554 "));
                        }));
    }

    @ParameterizedTest(name = "is given back after {0}")
    @MethodSource("ends")
    void ends(Case c) throws IOException {
        try (var talk = begun()) {
            c.end().of(talk);
            awaitHeld(false);
            try (var files = Files.list(folder.resolve("data").resolve("spool"))) {
                assertEquals(0, files.count());
            }
        }
    }

    @Test
    @DisplayName("a refused MAIL or RCPT holds nothing")
    void refused() throws IOException {
        try (var talk = talk()) {
            talk.say("EHLO client.example.com");
            assertTrue(talk.say("MAIL FROM:<a@example.com> SIZE=999999999").startsWith("552 "));
            assertEquals(0, held());
            talk.say("MAIL FROM:<a@example.com>");
            long before = held();
            assertTrue(talk.say("RCPT TO:<b@[192.0.2.1]>").startsWith("5"));
            assertEquals(before, held());
        }
    }

    @Test
    @DisplayName("a header section beyond its part: 452 4.3.1 at the end, others are served")
    void header() throws IOException {
        try (var greedy = begun()) {
            greedy.say("DATA");
            greedy.send("Subject: x\r\n" + ("X-Y: " + "y".repeat(900) + "\r\n").repeat(100));
            try (var other = talk()) {
                assertTrue(
                        other.deliver("a@example.com", "b@example.net", LETTER).startsWith("250 "));
            }
            greedy.send("\r\nbody\r\n.\r\n");
            assertEquals(
                    "452 4.3.1 no memory for the header section, try again later", greedy.read());
            assertTrue(
                    greedy.deliver("a@example.com", "b@example.net", LETTER).startsWith("250 "),
                    "the session goes on");
        }
    }

    @Test
    @DisplayName("RFC 5321 §4.5.3.1.10: recipients beyond its part: 452, those before are served")
    void recipients() throws IOException {
        try (var talk = begun()) {
            int taken = 1;
            String reply;
            do {
                reply =
                        talk.say(
                                "RCPT TO:<r%d@example.net> ORCPT=rfc822;%s"
                                        .formatted(taken, "x".repeat(480)));
                taken++;
            } while (reply.startsWith("250 "));
            assertEquals("452 4.3.1 no memory for this now, try again later", reply);
            assertTrue(taken > 40 && taken < 50, taken + " of 32 KiB");
            assertTrue(held() <= 32 * 1024);
            talk.say("DATA");
            talk.send(LETTER.replace("\n", "\r\n") + ".\r\n");
            assertTrue(talk.read().startsWith("250 "));
        }
    }

    @Test
    @DisplayName("bodies of many sessions stand in files when memory is short, and arrive")
    void bodies() throws Exception {
        var talks = new ArrayList<Talk>();
        var body = "0123456789\r\n".repeat(20_000);
        try {
            for (int i = 0; i < 40; i++) {
                var talk = begun();
                talks.add(talk);
                assertTrue(talk.say("DATA").startsWith("354 "));
                talk.send("From: a@example.com\r\n\r\n" + body);
            }
            assertTrue(held() <= 4 << 20);
            for (var talk : talks) {
                talk.send(".\r\n");
                assertTrue(talk.read().startsWith("250 "));
            }
            awaitHeld(false);
        } finally {
            for (var talk : talks) {
                talk.close();
            }
        }
        for (int i = 0; i < 40; i++) {
            assertTrue(next.next().content().endsWith("\r\n\r\n" + body), "octet for octet");
        }
    }

    @Test
    @DisplayName("RFC 5321 §4.1.1.3: a recipient named twice is counted once")
    void twice() throws IOException {
        try (var talk = begun()) {
            long before = held();
            for (var again : List.of("<b@example.net>", "<b@EXAMPLE.net>")) {
                assertEquals("250 2.1.5 ok", talk.say("RCPT TO:" + again));
                assertEquals(before, held());
            }
        }
    }
}
