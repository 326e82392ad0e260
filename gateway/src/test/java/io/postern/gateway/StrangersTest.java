package io.postern.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.postern.testkit.DnsServer;
import io.postern.testkit.FakeDns;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
import org.slf4j.LoggerFactory;

/// Strangers before the whole gateway: real sockets, a real DNS server, the configuration file.
@DisplayName("strangers over a real socket")
@Timeout(60)
class StrangersTest {
    private static final String ZONE =
            """
            good.example. MX 10 mail.good.example.
            spam.example. MX 10 mail.spam.example.
            null.example. MX 0 .
            test.names.example. A 127.0.0.2
            spam.example.names.example. A 127.0.0.2
            7.100.51.198.bl.example. A 127.0.0.2
            7.100.51.198.bl.example. TXT "https://bl.example/198.51.100.7"
            spam.example.names.example. TXT "see https://names.example/"
            """;

    @TempDir Path folder;
    private Sink inside;
    private DnsServer dns;
    private @Nullable House house;

    @BeforeEach
    void open() throws IOException {
        inside = new Sink();
        dns = new DnsServer(FakeDns.zone(ZONE).fail("trouble.example"));
    }

    @AfterEach
    void close() {
        if (house != null) {
            house.close();
        }
        dns.close();
        inside.close();
        assertTrue(inside.empty(), "nothing was delivered");
    }

    private String proxyFrom = "";

    private House house(String more) throws IOException {
        var opened =
                new House(
                        folder,
                        """
                        hostname = "gw.example.com"
                        data = "data"
                        [[listener]]
                        role = "inbound"
                        address = "127.0.0.1:0"
                        %s
                        vrfy = "502 5.5.1 not here"
                        expn = "550 5.7.1 never"
                        etrn = "458 4.7.0 no queue is run for you"
                        [[listener]]
                        role = "outbound"
                        address = "127.0.0.1:0"
                        verify_local_part = true
                        [[domain]]
                        name = "example.com"
                        sign = false
                        deliver_to = ["127.0.0.1:%d"]
                        recipients = { list = ["info@example.com"], tarpit = "0s" }
                        [dns]
                        servers = ["127.0.0.1:%d"]
                        %s
                        """
                                .formatted(proxyFrom, inside.port(), dns.port(), more),
                        InstantSource.system());
        house = opened;
        return opened;
    }

    record Case(String rule, String toml, String from, String want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("a domain that exists", "", "joe@good.example", "250 2.1.5 "),
                new Case("RFC 2505 §2.9 one that does not", "", "joe@no.example", "550 5.1.8 "),
                new Case("RFC 7505 §4.2 a null MX", "", "joe@null.example", "550 5.7.27 "),
                new Case("RFC 2505 §2.9 DNS trouble", "", "joe@trouble.example", "451 4.4.3 "),
                new Case("RFC 2505 §2.6.1 the null reverse-path", "", "", "250 2.1.5 "),
                new Case("RFC 2505 §2.6.2 our own domain", "", "info@example.com", "250 2.1.5 "),
                new Case(
                        "verification may be switched off",
                        "[strangers]\nverify_domain = false",
                        "joe@no.example",
                        "250 2.1.5 "),
                new Case(
                        "RFC 5782 §3 a domain that a DNS list knows",
                        "[[dnsbl.zone]]\nname = 'names.example'\nof = 'reverse-path'\nself_check = false",
                        "joe@spam.example",
                        "550 5.7.1 refused, listed by names.example: spam.example (see"
                                + " https://names.example/)"),
                new Case(
                        "RFC 2505 §2.7 a list's own reply",
                        "[[access_list]]\nname = 'x'\nof = 'reverse-path'\nentries = ['good.example']\n"
                                + "reply = '553 5.7.1 not you'",
                        "joe@good.example",
                        "553 5.7.1 not you"),
                new Case(
                        "RFC 6647 greylisting",
                        "[greylist]\nenabled = true",
                        "joe@good.example",
                        "451 4.7.1 come again"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void envelope(Case c) throws IOException {
        var port = house(c.toml()).gateway().ports().getFirst();
        try (var talk = new Talk(port)) {
            talk.say("EHLO client.example");
            var reply = talk.say("MAIL FROM:<" + c.from() + ">");
            reply = reply.startsWith("250") ? talk.say("RCPT TO:<info@example.com>") : reply;
            assertTrue(reply.startsWith(c.want()), reply);
            // Allowed in another transaction: the session goes on.
            assertTrue(talk.say("NOOP").startsWith("250 "));
        }
    }

    @Test
    @DisplayName("RFC 2505 §2.5: a network that is listed is refused in place of the greeting")
    void network() throws IOException {
        var port =
                house(
                                """
                                [[access_list]]
                                name = "x"
                                of = "client"
                                entries = ["127.0.0.2/31"]
                                reply = "554 5.7.1 not from there"
                                """)
                        .gateway()
                        .ports()
                        .getFirst();
        assertEquals("554 5.7.1 not from there", greeting(port, "127.0.0.3"));
        assertEquals("220 gw.example.com ESMTP", greeting(port, "127.0.0.1"));
    }

    private static String greeting(int port, String from) throws IOException {
        try (var socket =
                new Socket(
                        InetAddress.getLoopbackAddress(), port, InetAddress.ofLiteral(from), 0)) {
            socket.setSoTimeout(20_000);
            return line(socket).strip();
        }
    }

    @Test
    @DisplayName("RFC 5782 §2.1: a client that a DNS list knows is refused with the list's reason")
    void dnsbl() throws IOException {
        proxyFrom = "proxy_from = ['127.0.0.0/8']";
        var port =
                house(
                                """
                                [[dnsbl.zone]]
                                name = "bl.example"
                                self_check = false
                                """)
                        .gateway()
                        .ports()
                        .getFirst();
        var words = "EHLO client.example\r\nMAIL FROM:<>\r\nRCPT TO:<%s>\r\nQUIT\r\n";
        var said = announced(port, 7, words.formatted("info@example.com"));
        assertTrue(
                said.contains(
                        "\r\n550 5.7.1 refused, listed by bl.example: 198.51.100.7"
                                + " (https://bl.example/198.51.100.7)\r\n"),
                said);
        assertTrue(
                announced(port, 7, words.formatted("postmaster@example.com"))
                        .contains("250 2.1.5"));
        assertTrue(announced(port, 8, words.formatted("info@example.com")).contains("250 2.1.5"));
    }

    /// What is said to a client 198.51.100.LAST, whom a load balancer announces.
    private static String announced(int port, int last, String words) throws IOException {
        var header =
                HexFormat.of()
                        .parseHex(
                                "0d0a0d0a000d0a515549540a2111000cc63364%02xc00002011f900019"
                                        .formatted(last));
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(header);
            var lines = words.split("(?<=\n)", -1);
            var said = new StringBuilder();
            // Line by line: whoever speaks before the greeting is no honest client.
            for (int i = 0; i <= lines.length; i++) {
                said.append(reply(socket));
                if (i < lines.length) {
                    socket.getOutputStream().write(lines[i].getBytes(StandardCharsets.US_ASCII));
                }
            }
            return said.toString();
        }
    }

    private static String reply(Socket socket) throws IOException {
        var all = new StringBuilder();
        for (var line = line(socket); ; line = line(socket)) {
            all.append(line);
            if (line.length() < 4 || line.charAt(3) != '-') {
                return all.toString();
            }
        }
    }

    private static String line(Socket socket) throws IOException {
        var line = new StringBuilder();
        for (int octet = 0; octet != '\n' && octet >= 0; ) {
            octet = socket.getInputStream().read();
            line.append((char) octet);
        }
        return line.toString();
    }

    @Test
    @DisplayName("RFC 5321 §4.3.1: a client that speaks before the greeting is refused")
    void earlyTalker() throws IOException {
        var port =
                house("[strangers]\ngreeting_delay = '30s'\ngreet_at_once = []")
                        .gateway()
                        .ports()
                        .getFirst();
        try (var log = new MailLogLines();
                var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write("EHLO x\r\n".getBytes(StandardCharsets.US_ASCII));
            socket.shutdownOutput();
            assertEquals(
                    "554 5.5.1 you spoke before the greeting\r\n",
                    new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII));
            assertEquals(List.of("early-talker connect 554"), log.refusals());
        }
    }

    @Test
    @DisplayName(
            "RFC 2505 §2.11, §2.12: VRFY, EXPN and ETRN answer what the listener's settings say")
    void probes() throws IOException {
        var ports = house("").gateway().ports();
        assertEquals(
                List.of(
                        "502 5.5.1 not here",
                        "550 5.7.1 never",
                        "458 4.7.0 no queue is run for you"),
                probes(ports.get(0)));
        assertEquals(
                List.of(
                        "252 2.5.0 RCPT will tell",
                        "502 5.5.1 no lists are told",
                        "502 5.5.1 ETRN is not implemented"),
                probes(ports.get(1)));
    }

    private static List<String> probes(int port) throws IOException {
        var said = new ArrayList<String>();
        try (var talk = new Talk(port)) {
            talk.say("EHLO client.example");
            for (var command : new String[] {"VRFY info", "EXPN staff", "ETRN example.com"}) {
                said.add(talk.say(command));
            }
        }
        return said;
    }

    @Test
    @DisplayName("RFC 2505 §2.4: every refusal is one line in the log, with the rule that made it")
    void logged() throws IOException {
        var port = house("").gateway().ports().getFirst();
        try (var log = new MailLogLines();
                var talk = new Talk(port)) {
            talk.say("EHLO client.example");
            talk.say("VRFY info");
            talk.say("MAIL FROM:<joe@no.example>");
            talk.say("MAIL FROM:<joe@good.example>");
            talk.say("RCPT TO:<a@elsewhere.example>");
            talk.say("RCPT TO:<nobody@example.com>");
            assertEquals(
                    List.of(
                            "vrfy helo 502",
                            "reverse-path-domain mail 550",
                            "relay rcpt 550",
                            "recipients rcpt 550"),
                    log.refusals());
        }
    }

    /// What goes into the stream of mail events.
    private static final class MailLogLines implements AutoCloseable {
        private static final Pattern REFUSED =
                Pattern.compile(
                        "refused session=\\S+ listener=inbound-\\d+ client=127.0.0.1"
                                + " helo=(?:client.example|\"\") stage=(\\S+) rule=(\\S+) from=(\\S*)"
                                + " to=(\\S+) reply=\"(\\d+) .*\"");

        private final Logger logger = (Logger) LoggerFactory.getLogger("postern.mail");
        private final ListAppender<ILoggingEvent> events = new ListAppender<>();

        MailLogLines() {
            logger.setLevel(Level.INFO);
            logger.setAdditive(false);
            events.start();
            logger.addAppender(events);
        }

        /// Rule, stage and code of each.
        List<String> refusals() {
            return List.copyOf(events.list).stream()
                    .map(event -> REFUSED.matcher(event.getFormattedMessage()))
                    .filter(Matcher::matches)
                    .map(line -> line.group(2) + " " + line.group(1) + " " + line.group(5))
                    .toList();
        }

        @Override
        public void close() {
            logger.detachAppender(events);
            logger.setAdditive(true);
            logger.setLevel(null);
        }
    }

    @Test
    @DisplayName("RFC 2505 §2.10: outgoing mail from an address of ours that nobody has is refused")
    void localPart() throws IOException {
        try (var talk = new Talk(house("").gateway().ports().get(1))) {
            talk.say("EHLO client.example");
            var reply = talk.say("MAIL FROM:<nobody@example.com>");
            assertTrue(reply.startsWith("550 5.1.0 "), reply);
            assertTrue(talk.say("MAIL FROM:<Info@example.com>").startsWith("250 "));
            talk.say("RSET");
            assertTrue(talk.say("MAIL FROM:<>").startsWith("250 "));
            talk.say("RSET");
            assertTrue(talk.say("MAIL FROM:<joe@elsewhere.example>").startsWith("250 "));
        }
    }
}
