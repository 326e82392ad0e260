package io.postern.gateway.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.mail.Domain;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("postern.toml")
class ConfigReaderTest {
    private static final String LEAST =
            """
            hostname = "gw.example.com"
            data = "data"

            [[listener]]
            role = "outbound"
            address = "127.0.0.1:2525"
            trust = ["127.0.0.0/8"]

            [[domain]]
            name = "example.com"
            sign = true

            [outbound]
            smart_host = "127.0.0.1:2626"
            """;

    private static final String TAKES = "deliver_to = [\"127.0.0.1:25\"]\n";

    private static Config parse(String text) {
        return ConfigReader.parse(text, "postern.toml", Path.of("folder"));
    }

    @Test
    @DisplayName("the file of the quick start works as it stands")
    void least() {
        var config = parse(LEAST);
        assertEquals(Domain.of("gw.example.com"), config.hostname());
        assertEquals(Path.of("folder/data"), config.data());
        assertEquals(Config.Role.OUTBOUND, config.listener().getFirst().role());
        assertEquals(new HostPort("127.0.0.1", 2626), config.outbound().smartHost().orElseThrow());
        assertTrue(config.domain().getFirst().sign());
    }

    @Test
    @DisplayName("the inbound file of the manual works, with the outbound one and without")
    void inbound() {
        var config =
                parse(
                        LEAST.replace("sign = true", "")
                                .replace(
                                        "[outbound]",
                                        """
                                        deliver_to = ["127.0.0.1:2628"]
                                        recipients = { list = ["info@example.com", "sales@example.com"] }
                                        [[listener]]
                                        role = "inbound"
                                        address = "127.0.0.1:2527"
                                        [dns]
                                        servers = ["127.0.0.1:5353"]
                                        [outbound]
                                        """));
        var own = config.domain().getFirst();
        assertEquals(List.of(new HostPort("127.0.0.1", 2628)), own.deliverTo());
        assertEquals(
                List.of("info@example.com", "sales@example.com"),
                own.recipients().orElseThrow().list());
        assertEquals(Config.Role.INBOUND, config.listener().get(1).role());
    }

    @Test
    @DisplayName("[dns] trust_anchors: a file of DS or DNSKEY records, and with validate alone")
    void trustAnchors(@org.junit.jupiter.api.io.TempDir Path folder) throws Exception {
        var file = folder.resolve("anchors");
        var dns = "[dns]\ndnssec = \"%s\"\ntrust_anchors = \"" + file + "\"\n[outbound]";
        var validate = LEAST.replace("[outbound]", dns.formatted("validate"));
        Files.writeString(file, ". DS 1 8 2 " + "0F".repeat(32) + "\n");
        assertEquals(Config.DnssecMode.VALIDATE, parse(validate).dns().dnssec());
        var off = LEAST.replace("[outbound]", dns.formatted("off"));
        assertTrue(
                message(off)
                        .contains("dns.trust_anchors goes with dns.dnssec = \"validate\" only"));
        Files.writeString(file, "; a comment\ntrust-anchors {\n");
        assertTrue(message(validate).contains("anchors, line 2: "), message(validate));
        Files.delete(file);
        assertTrue(message(validate).contains("can't be read"), message(validate));
    }

    private static String message(String text) {
        return String.valueOf(assertThrows(ConfigException.class, () -> parse(text)).getMessage());
    }

    @Test
    @DisplayName("every key that is absent has its documented default")
    void defaults() {
        var config = parse(LEAST);
        assertEquals(Duration.ofDays(5), config.outbound().expire());
        assertEquals(7, config.outbound().retry().size());
        assertEquals(50L << 20, config.limits().messageSize().bytes());
        assertEquals(
                List.of(Config.Algorithm.RSA, Config.Algorithm.ED25519),
                config.domain().getFirst().algorithms());
        var printed = ConfigReference.inForce(config);
        var set =
                List.of(
                        "hostname",
                        "listener[0].role",
                        "listener[0].address",
                        "listener[0].trust",
                        "domain[0].name",
                        "data",
                        "outbound.smart_host");
        for (var setting : printed) {
            assertTrue(
                    setting.isDefault()
                            || setting.value().isEmpty()
                            || setting.value().equals("[]")
                            || set.contains(setting.key()),
                    () -> setting.toString());
        }
    }

    record Wrong(String rule, String text, String says) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Wrong> wrong() {
        return Stream.of(
                new Wrong(
                        "an unknown key is told with line, column and the nearest key",
                        LEAST.replace("address =", "adress ="),
                        "postern.toml:6:1: listener[0].adress is not a key; did you mean address?"),
                new Wrong(
                        "an unknown table is told",
                        LEAST + "\n[outbuond]\nport = 25\n",
                        "postern.toml:16:1: outbuond is not a key; did you mean outbound?"),
                new Wrong(
                        "a key that resembles none lists those there are",
                        LEAST + "\n[metrics]\ncolour = \"red\"\n",
                        "postern.toml:17:1: metrics.colour is not a key; known are address"),
                new Wrong(
                        "a required key that is missing is named",
                        LEAST.replace("hostname = \"gw.example.com\"", ""),
                        "hostname lacks hostname."),
                new Wrong(
                        "a wrong form is told with the right one",
                        LEAST.replace("\"127.0.0.1:2525\"", "\"2525\""),
                        "postern.toml:6:1: listener[0].address is host:port such as"),
                new Wrong(
                        "a number out of range is told with the range",
                        LEAST + "port = 70000\n",
                        "outbound.port is out of range; at least 1; at most 65535"),
                new Wrong(
                        "an enum's words are told",
                        LEAST.replace("\"outbound\"\naddress", "\"outgoing\"\naddress"),
                        "listener[0].role is one of `inbound`, `outbound`, `submission`, not \"outgoing\""),
                new Wrong(
                        "a text where a list belongs is told",
                        LEAST.replace("[\"127.0.0.0/8\"]", "\"127.0.0.0/8\""),
                        "listener[0].trust is a list: put the value in [ ]"),
                new Wrong(
                        "what is not TOML is told with its place",
                        "hostname = \n",
                        "postern.toml:1:"),
                new Wrong(
                        "no listener is told",
                        "hostname = \"gw.example.com\"\n[[domain]]\nname = \"example.com\"\n",
                        "no [[listener]]"),
                new Wrong(
                        "a domain that stands twice is told",
                        LEAST + "\n[[domain]]\nname = \"EXAMPLE.com\"\n",
                        "domain example.com stands twice"),
                new Wrong(
                        "a certificate without its key is told",
                        LEAST.replace("[[domain]]", "tls_certificate = \"c.pem\"\n[[domain]]"),
                        "tls_certificate and tls_key go together"),
                new Wrong(
                        "anybody as balancer could be anybody as client",
                        LEAST.replace("[[domain]]", "proxy_from = [\"0.0.0.0/0\"]\n[[domain]]"),
                        "proxy_from = 0.0.0.0/0 would let everybody say who they are"),
                new Wrong(
                        "capture and a smart host: mail would leave, or not",
                        LEAST + "capture = \"kept\"\n",
                        "outbound.capture and outbound.smart_host exclude each other"),
                new Wrong(
                        "capture and a route: mail would leave, or not",
                        LEAST.replace("smart_host = \"127.0.0.1:2626\"", "capture = \"kept\"")
                                + "[[route]]\ndomain = \"example.net\"\nto = [\"127.0.0.1:25\"]\n",
                        "outbound.capture and [[route]] exclude each other"),
                new Wrong(
                        "a route to nowhere would fail all its mail",
                        LEAST + "[[route]]\ndomain = \"example.net\"\nto = []\n",
                        "route.to is empty"),
                new Wrong(
                        "two routes for one domain",
                        LEAST
                                + "[[route]]\ndomain = \"example.net\"\nto = [\"127.0.0.1:25\"]\n"
                                        .repeat(2),
                        "two routes for example.net"),
                new Wrong(
                        "a retry without a wait is a storm",
                        LEAST + "retry = [\"1m\", \"0s\"]\n",
                        "outbound.retry has a wait below 100ms"),
                new Wrong(
                        "inbound without a domain that takes mail would refuse everything",
                        LEAST.replace("\"outbound\"\naddress", "\"inbound\"\naddress"),
                        "no [[domain]] has deliver_to"),
                new Wrong(
                        "a domain that takes mail for nobody in particular",
                        LEAST.replace("\"outbound\"\naddress", "\"inbound\"\naddress")
                                .replace("sign = true", "deliver_to = [\"127.0.0.1:25\"]\n"),
                        "9:1: domain example.com has deliver_to but no recipients"),
                new Wrong(
                        "recipients of a domain that takes no mail",
                        LEAST.replace("sign = true", "recipients = { list = [] }\n"),
                        "domain example.com has recipients but no deliver_to"),
                new Wrong(
                        "a recipient of another domain",
                        LEAST.replace(
                                "sign = true",
                                TAKES + "recipients = { list = [\"info@example.net\"] }\n"),
                        "recipients.list has \"info@example.net\", which is no address of"
                                + " example.com"),
                new Wrong(
                        "a separator that is none",
                        LEAST.replace(
                                "sign = true", TAKES + "recipients = { separator = \"ab\" }\n"),
                        "recipients.separator is one of"),
                new Wrong(
                        "deliver_to and a route for one domain",
                        LEAST.replace("sign = true", "deliver_to = [\"127.0.0.1:25\"]\n")
                                + "[[route]]\ndomain = \"example.com\"\nto = [\"127.0.0.1:26\"]\n",
                        "there are a deliver_to and a [[route]] for example.com"),
                new Wrong(
                        "a header field that a message needs",
                        LEAST + "[header_firewall]\nremove_in = [\"from\"]\n",
                        "header_firewall.remove_in has \"from\", which a message needs"),
                new Wrong(
                        "what is no header field",
                        LEAST + "[header_firewall]\nremove_out = [\"a b\"]\n",
                        "which is no name of a header field"),
                new Wrong(
                        "a postmaster that is no address is told",
                        LEAST.replace("[[listener]]", "postmaster = \"us\"\n[[listener]]"),
                        "postmaster = \"us\" is no address"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrong")
    void stopsStartUp(Wrong wrong) {
        var thrown = assertThrows(ConfigException.class, () -> parse(wrong.text()));
        assertTrue(String.valueOf(thrown.getMessage()).contains(wrong.says()), thrown::getMessage);
    }

    @Test
    @DisplayName("a file that can't be read is told by name")
    void absent() {
        var thrown =
                assertThrows(
                        ConfigException.class, () -> ConfigReader.read(Path.of("nowhere.toml")));
        assertTrue(String.valueOf(thrown.getMessage()).startsWith("nowhere.toml: can't be read"));
    }

    @Test
    @DisplayName("docs/configuration.md is what the code says")
    void reference() throws Exception {
        var page = Path.of("..", "docs", "configuration.md");
        assertEquals(
                ConfigReference.page(),
                Files.readString(page),
                "write it anew with: ./postern config reference > docs/configuration.md");
    }

    @Test
    @DisplayName("the sandbox's configuration is a configuration")
    void sandbox() {
        var config = Sandbox.config(Path.of("data"));
        assertEquals(Sandbox.DOMAIN, config.domain().getFirst().name().name());
        assertTrue(config.outbound().capture().isPresent());
        assertTrue(config.listener().getFirst().address().host().equals("127.0.0.1"));
    }

    record Span(String text, long millis) {}

    static Stream<Span> spans() {
        return Stream.of(
                new Span("5d", 432_000_000L),
                new Span("1h30m", 5_400_000L),
                new Span("90s", 90_000L),
                new Span("500ms", 500L),
                new Span("0s", 0L));
    }

    @ParameterizedTest
    @MethodSource("spans")
    @DisplayName("spans of time are read and printed back")
    void spans(Span span) {
        var read = Durations.parse(span.text()).orElseThrow();
        assertEquals(span.millis(), read.toMillis());
        assertEquals(read, Durations.parse(Durations.print(read)).orElseThrow());
    }

    @Test
    @DisplayName("networks contain what their prefix says")
    void networks() throws Exception {
        var network = Network.parse("192.0.2.128/25").orElseThrow();
        assertTrue(network.contains(java.net.InetAddress.ofLiteral("192.0.2.129")));
        assertTrue(!network.contains(java.net.InetAddress.ofLiteral("192.0.2.1")));
        assertTrue(!network.contains(java.net.InetAddress.ofLiteral("2001:db8::1")));
        assertTrue(
                Network.parse("2001:db8::/32")
                        .orElseThrow()
                        .contains(java.net.InetAddress.ofLiteral("2001:db8::1")));
        assertTrue(Network.parse("192.0.2.0/33").isEmpty());
        assertTrue(Network.parse("example.com/8").isEmpty());
    }
}
