package io.postern.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.testkit.FakeDns;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The gauge that says how much of what is being received stands in memory: what it forgets to give
/// back makes every later message go through a file.
@DisplayName("postern_content_memory")
@Timeout(60)
class ContentMemoryTest {
    private static final String HEADER =
            "From: a@example.net\r\nTo: info@example.com\r\nSubject: x\r\n\r\n";

    @TempDir private Path folder;
    private Sink inside;
    private House house;

    @BeforeEach
    void open() throws Exception {
        inside = new Sink();
        house = house("64 MiB");
    }

    private House house(String contentInMemory) throws IOException {
        return new House(
                folder,
                """
                hostname = "gw.example.com"
                data = "data"
                [[listener]]
                role = "inbound"
                address = "127.0.0.1:0"
                [[domain]]
                name = "example.com"
                sign = false
                deliver_to = ["127.0.0.1:%d"]
                recipients = { list = ["info@example.com"], tarpit = "0s" }
                [strangers]
                verify_domain = false
                greeting_delay = "0s"
                [limits]
                message_size = "1 MiB"
                content_in_memory = "%s"
                """
                        .formatted(inside.port(), contentInMemory),
                InstantSource.system(),
                Optional.of(FakeDns.empty()));
    }

    @AfterEach
    void close() {
        house.close();
        inside.close();
    }

    private Talk talk() throws IOException {
        var talk = new Talk(house.gateway().ports().getFirst());
        talk.say("EHLO client.example.org");
        begin(talk);
        return talk;
    }

    private static void begin(Talk talk) throws IOException {
        talk.say("MAIL FROM:<a@example.net>");
        talk.say("RCPT TO:<info@example.com>");
    }

    private String gauge() {
        return house.gateway()
                .figures()
                .scrape()
                .lines()
                .filter(line -> line.startsWith("postern_content_memory "))
                .map(line -> line.substring(line.indexOf(' ') + 1))
                .findFirst()
                .orElse("none");
    }

    /// Waits until the gauge says so: what a session does when its client is gone, nobody hears.
    private void awaitGauge(String value) {
        long until = System.nanoTime() + 10_000_000_000L;
        while (!gauge().equals(value)) {
            assertTrue(System.nanoTime() < until, "never " + value + " but " + gauge());
            LockSupport.parkNanos(1_000_000);
        }
    }

    private static String chunk(Talk talk, String octets, String last) throws IOException {
        talk.send("BDAT " + octets.length() + last + "\r\n" + octets);
        return talk.read();
    }

    @Test
    @DisplayName("rises with each chunk, of all sessions, and falls to zero with the reply")
    void chunks() throws Exception {
        assertEquals("0.0", gauge());
        try (var one = talk();
                var other = talk()) {
            chunk(one, HEADER + "x".repeat(1000 - HEADER.length()), "");
            assertEquals("1000.0", gauge());
            chunk(other, HEADER + "x".repeat(500 - HEADER.length()), "");
            assertEquals("1500.0", gauge());
            chunk(one, "y".repeat(4000), "");
            assertEquals("5500.0", gauge());
            assertTrue(chunk(one, "\r\n", " LAST").startsWith("250 2.0.0 "));
            assertEquals("500.0", gauge());
            assertTrue(other.say("RSET").startsWith("250 "));
            assertEquals("0.0", gauge());
        }
    }

    @Test
    @DisplayName("rises while DATA comes in, and falls to zero with the reply")
    void data() throws Exception {
        try (var talk = talk()) {
            talk.say("DATA");
            talk.send(HEADER + "x".repeat(70) + "\r\n");
            awaitGauge(HEADER.length() + 72 + ".0");
            assertTrue(talk.say(".").startsWith("250 2.0.0 "));
            assertEquals("0.0", gauge());
        }
    }

    @Test
    @DisplayName("what went to a file no longer counts, but for the buffer before it")
    void file() throws Exception {
        try (var talk = talk()) {
            chunk(talk, HEADER + "x".repeat(300 * 1024), "");
            assertEquals(64 * 1024 + HEADER.length() + ".0", gauge());
            talk.say("RSET");
            assertEquals("0.0", gauge());
        }
    }

    @Test
    @DisplayName(
            "when there is no more room a message holds 16 KiB, in the buffer before its file too")
    void tight() throws Exception {
        house.close();
        house = house("1 KiB");
        try (var one = talk();
                var other = talk()) {
            chunk(one, HEADER + "x".repeat(2000 - HEADER.length()), "");
            chunk(other, HEADER + "x".repeat(100_000), "");
            assertEquals(2000 + 16 * 1024 + HEADER.length() + ".0", gauge());
        }
    }

    @Test
    @DisplayName("is zero after a client that went away in the middle of DATA, or of BDAT")
    void abandoned() throws Exception {
        for (var command : new String[] {"DATA", "BDAT 100000"}) {
            try (var talk = talk()) {
                if (command.equals("DATA")) {
                    talk.say(command);
                } else {
                    talk.send(command + "\r\n");
                }
                talk.send(HEADER + "x".repeat(70) + "\r\n");
                awaitGauge(HEADER.length() + 72 + ".0");
            }
            awaitGauge("0.0");
        }
    }

    @Test
    @DisplayName("is zero after a message that was refused: too large, or unreadable")
    void refused() throws Exception {
        try (var talk = talk()) {
            talk.say("DATA");
            talk.send(HEADER + "x\r\n".repeat(400_000) + ".\r\n");
            assertTrue(talk.read().startsWith("552 "));
            assertEquals("0.0", gauge());
            begin(talk);
            talk.say("DATA");
            talk.send("X: \0\r\n.\r\n");
            assertTrue(talk.read().startsWith("5"));
            assertEquals("0.0", gauge());
        }
    }
}
