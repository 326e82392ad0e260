package io.postern.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The whole path of mail from outside: a stranger's socket, a real store, an inside server.
@DisplayName("inbound mail")
@Timeout(60)
class InboundTest {
    private static final String LETTER =
            """
            From: Somebody <somebody@example.net>
            To: info@example.com
            Subject: a question
            Date: Sun, 22 Nov 2026 05:00:00 +0000
            Message-ID: <1@example.net>

            Is all well?
            """;

    @TempDir Path folder;
    private Sink inside;
    private Sink outside;
    private House house;

    @BeforeEach
    void open() throws Exception {
        inside = new Sink();
        outside = new Sink();
        house = new House(folder, config(""), InstantSource.system());
        house.makeKeys();
    }

    private String config(String more) {
        return """
        hostname = "gw.example.com"
        data = "data"
        [[listener]]
        role = "inbound"
        address = "127.0.0.1:0"
        [[listener]]
        role = "outbound"
        address = "127.0.0.1:0"
        [[listener]]
        role = "submission"
        address = "127.0.0.1:0"
        [[domain]]
        name = "example.com"
        deliver_to = ["127.0.0.1:%d"]
        recipients = { list = ["info@example.com", "sales@example.com"], tarpit = "0s" }
        [dns]
        servers = ["127.0.0.1:1"]
        [outbound]
        smart_host = "127.0.0.1:%d"
        retry = ["200ms"]
        %s
        """
                .formatted(inside.port(), outside.port(), more);
    }

    @AfterEach
    void close() {
        house.close();
        inside.close();
        outside.close();
    }

    private Talk inbound() throws Exception {
        return new Talk(house.gateway().ports().get(0));
    }

    @Test
    @DisplayName("a stranger's letter to a recipient of ours arrives inside, unsigned")
    void arrives() throws Exception {
        try (var talk = inbound()) {
            var reply = talk.deliver("somebody@example.net", "Info@EXAMPLE.com", LETTER);
            assertTrue(reply.startsWith("250 2.0.0"), reply);
        }
        var arrived = inside.next();
        assertEquals("<somebody@example.net>", arrived.envelope().reversePath().toString());
        assertTrue(arrived.content().startsWith("Received: from client.example.org ("));
        assertTrue(arrived.content().endsWith(LETTER.replace("\n", "\r\n")), arrived.content());
        assertTrue(outside.empty());
    }

    @Test
    @DisplayName("RFC 5321 §4.5.1: postmaster is taken for every domain of ours, and alone")
    void postmaster() throws Exception {
        try (var talk = inbound()) {
            assertTrue(talk.deliver("", "PostMaster@example.com", LETTER).startsWith("250"));
            assertTrue(talk.deliver("", "postmaster", LETTER).startsWith("250"));
        }
        inside.next();
        inside.next();
    }

    @Test
    @DisplayName(
            "an unknown recipient is 550 5.1.1, a foreign one 550 5.7.1, and nothing is queued")
    void refused() throws Exception {
        try (var talk = inbound()) {
            talk.say("EHLO client.example.org");
            talk.say("MAIL FROM:<somebody@example.net>");
            assertTrue(talk.say("RCPT TO:<nobody@example.com>").startsWith("550 5.1.1 "));
            assertTrue(talk.say("RCPT TO:<a@example.org>").startsWith("550 5.7.1 "));
            assertTrue(talk.say("RCPT TO:<a>").startsWith("550 5.7.1 "));
            assertTrue(talk.say("DATA").startsWith("503 "));
        }
        assertTrue(house.gateway().store().waitingDestinations().isEmpty());
    }

    @Test
    @DisplayName("RFC 6409 §4.3: submission takes no MAIL before authentication")
    void submission() throws Exception {
        try (var talk = new Talk(house.gateway().ports().get(2))) {
            talk.say("EHLO client.example.org");
            assertTrue(talk.say("MAIL FROM:<info@example.com>").startsWith("530 5.7.0 "));
        }
    }
}
