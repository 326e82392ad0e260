package io.postern.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.sun.net.httpserver.HttpServer;
import io.postern.gateway.guard.Guard;
import io.postern.smtp.Reply;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/// Counting before the whole gateway: real sockets, a real store, the configuration file.
@DisplayName("rates and the guard over a real socket")
@Timeout(60)
class CountingTest {
    private static final String LETTER =
            "From: a@example.com\nTo: info@example.org\nSubject: hello\n\nHello.\n";

    @TempDir private Path folder;
    private Sink inside;
    private @Nullable House house;

    @BeforeEach
    void open() throws IOException {
        inside = new Sink();
        ((Logger) LoggerFactory.getLogger(Guard.class)).setLevel(Level.ERROR);
    }

    @AfterEach
    void close() {
        ((Logger) LoggerFactory.getLogger(Guard.class)).setLevel(null);
        if (house != null) {
            house.close();
        }
        inside.close();
    }

    private House house() {
        return Objects.requireNonNull(house, "not open");
    }

    private void open(String more) throws IOException {
        house =
                new House(
                        folder,
                        """
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
                        [[domain]]
                        name = "example.org"
                        sign = false
                        deliver_to = ["127.0.0.1:%d"]
                        recipients = { list = ["info@example.org"], tarpit = "0s" }
                        [outbound]
                        smart_host = "127.0.0.1:%d"
                        [dns]
                        servers = ["127.0.0.1:1"]
                        [authentication]
                        enabled = false
                        ambiguous_from = "accept"
                        [strangers]
                        verify_domain = false
                        greeting_delay = "0s"
                        %s
                        """
                                .formatted(inside.port(), inside.port(), more),
                        InstantSource.system());
    }

    private Talk inbound() throws IOException {
        return new Talk(house().gateway().ports().get(0));
    }

    private Talk outbound() throws IOException {
        return new Talk(house().gateway().ports().get(1));
    }

    private String inbound(String to) throws IOException {
        try (var talk = inbound()) {
            return talk.deliver("a@example.net", to, LETTER);
        }
    }

    @Test
    @DisplayName("RFC 2505 §2.8: more messages than the rate get 450, also after a restart")
    void messages() throws Exception {
        open(
                """
                [[rate]]
                name = "per-client"
                per = "client"
                what = "messages"
                limit = "2/1h"
                roles = ["inbound"]
                """);
        for (int i = 0; i < 2; i++) {
            assertTrue(inbound("info@example.org").startsWith("250 2.0.0 "));
            assertTrue(inside.next().content().endsWith("Hello.\r\n"));
        }
        house().restart();
        assertEquals(
                "450 4.7.1 too many messages from your address, try again later (per-client)",
                inbound("info@example.org"));
        try (var talk = outbound()) {
            assertTrue(
                    talk.deliver("a@example.com", "info@example.org", LETTER).startsWith("250 "));
        }
        assertEquals(1, house().gateway().counting().rates().reset("127.0.0.1"));
        assertTrue(inbound("info@example.org").startsWith("250 2.0.0 "));
        assertTrue(
                house().gateway()
                        .figures()
                        .scrape()
                        .contains("postern_rates_refused_total{rate=\"per-client\"} 1.0"));
    }

    @Test
    @DisplayName("more connections than the rate get 421 in place of the greeting")
    void connections() throws Exception {
        open(
                """
                [[rate]]
                name = "per-network"
                per = "network"
                what = "connections"
                limit = "3/1h"
                """);
        for (int i = 0; i < 3; i++) {
            try (var talk = inbound()) {
                assertTrue(talk.greeting.startsWith("220 "), talk.greeting);
            }
        }
        try (var talk = inbound()) {
            assertEquals(
                    "421 4.7.1 too many connections from your network, try again later"
                            + " (per-network)",
                    talk.greeting);
            assertEquals("closed", talk.read());
        }
    }

    @Test
    @DisplayName("a dictionary attack empties the client's bucket and not the domain's")
    void dictionary() throws Exception {
        open(
                """
                [[rate]]
                name = "per-client"
                per = "client"
                what = "recipients"
                limit = "5/1h"
                reply = 421
                [[rate]]
                name = "per-domain"
                per = "forward-path-domain"
                what = "recipients"
                limit = "2/1h"
                """);
        try (var talk = inbound()) {
            talk.say("EHLO client.example.net");
            talk.say("MAIL FROM:<a@example.net>");
            for (int i = 0; i < 5; i++) {
                var reply = talk.say("RCPT TO:<guess" + i + "@example.org>");
                assertTrue(reply.startsWith("550 5.1.1 "), reply);
            }
            var reply = talk.say("RCPT TO:<guess@example.org>");
            assertTrue(reply.startsWith("421 4.7.1 too many recipients from your addr"), reply);
            assertEquals("closed", talk.read());
        }
        assertEquals(
                0, house().gateway().counting().rates().show(Optional.of("example.org"), 9).size());
    }

    @Test
    @DisplayName("octets: a message beyond the rate gets 450 at its end, or at MAIL with SIZE")
    void octets() throws Exception {
        open(
                """
                [limits]
                message_size = "64 KiB"
                [[rate]]
                name = "volume"
                per = "client"
                what = "octets"
                limit = "64 KiB/1d"
                """);
        var large = LETTER + "x".repeat(70).concat("\n").repeat(600);
        try (var talk = inbound()) {
            assertTrue(talk.deliver("a@b.example", "info@example.org", large).startsWith("250 "));
            var reply = talk.say("MAIL FROM:<a@b.example> SIZE=40000");
            assertTrue(reply.startsWith("450 4.7.1 too many octets"), reply);
            reply = talk.deliver("a@b.example", "info@example.org", large);
            assertTrue(reply.startsWith("450 4.7.1 too many octets"), reply);
            assertTrue(talk.deliver("a@b.example", "info@example.org", LETTER).startsWith("250 "));
        }
    }

    @Test
    @DisplayName("the guard suspends an inside host, over a restart, until it is resumed")
    void guard() throws Exception {
        open("[guard]\nclients = true\nrecipients = 3\n");
        try (var talk = outbound()) {
            talk.say("EHLO inside.example.com");
            talk.say("MAIL FROM:<a@example.com>");
            for (int i = 0; i < 3; i++) {
                assertTrue(talk.say("RCPT TO:<r" + i + "@example.net>").startsWith("250 "));
            }
            var reply = talk.say("RCPT TO:<r4@example.net>");
            assertTrue(reply.startsWith("450 4.7.1 this account is suspended"), reply);
            reply = talk.say("DATA");
            assertTrue(reply.startsWith("450 4.7.1 "), "what was under way stays here: " + reply);
        }
        house().restart();
        try (var talk = outbound()) {
            assertTrue(
                    talk.deliver("a@example.com", "r@example.net", LETTER)
                            .startsWith("450 4.7.1 "));
        }
        assertTrue(house().gateway().counting().guard().resume("127.0.0.1", false));
        try (var talk = outbound()) {
            assertTrue(talk.deliver("a@example.com", "r@example.net", LETTER).startsWith("250 "));
        }
        assertEquals(1, inside.next().envelope().recipients().size());
        assertTrue(inside.empty());
    }

    @Test
    @DisplayName("recipients that a next hop refuses for good count against who sent to them")
    void nextHop() throws Exception {
        var told = new LinkedBlockingQueue<String>();
        var hook = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
        hook.createContext(
                "/",
                exchange -> {
                    told.add(
                            new String(
                                    exchange.getRequestBody().readAllBytes(),
                                    StandardCharsets.UTF_8));
                    exchange.sendResponseHeaders(204, -1);
                    exchange.close();
                });
        hook.start();
        open(
                "[guard]\nclients = true\nrefused = 2\nwebhook = \"http://127.0.0.1:"
                        + hook.getAddress().getPort()
                        + "/\"\n");
        inside.atRcpt(recipient ->
                recipient.path().toString().startsWith("<gone")
                        ? Optional.of(Reply.of(550, "5.1.1", "no such user"))
                        : Optional.empty());
        try {
            for (int i = 0; i < 3; i++) {
                try (var talk = outbound()) {
                    var reply = talk.deliver("a@example.com", "gone" + i + "@example.net", LETTER);
                    assertTrue(reply.startsWith("250 "), reply);
                }
            }
            var body = String.valueOf(told.poll(20, TimeUnit.SECONDS));
            assertTrue(body.contains("\"client\":\"127.0.0.1\""), body);
            assertTrue(body.contains("3 refused recipients in an hour"), body);
        } finally {
            hook.stop(0);
        }
    }
}
