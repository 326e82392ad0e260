package io.postern.gateway.takeover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.gateway.config.Config;
import io.postern.mail.Domain;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("Postfix's main.cf is taken over")
class PostfixTest {
    private static final String MAIN = "/etc/postfix/main.cf";

    @TempDir Path root;

    record Case(String rule, String main, String hostname) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Case> names() {
        return Stream.of(
                new Case("as it stands", "myhostname = a.example.com", "a.example.com"),
                new Case(
                        "the last one counts",
                        "myhostname = x.example.com\nmyhostname=a.example.com",
                        "a.example.com"),
                new Case(
                        "lines go on, past comments",
                        "myhostname =\n# c\n\n   a.example.com",
                        "a.example.com"),
                new Case("$name", "d = example.com\nmyhostname = a.$d", "a.example.com"),
                new Case(
                        "${name} and $(name)",
                        "d = com\ne=example\nmyhostname = a.${e}.$(d)",
                        "a.example.com"),
                new Case("${name?text}", "d = x\nmyhostname = a${d?.example.com}", "a.example.com"),
                new Case("${name:text}", "myhostname = a${d:.example.com}", "a.example.com"),
                new Case(
                        "${name?{text}:{text}}",
                        "myhostname = ${d?{x}:{a.example.com}}",
                        "a.example.com"),
                new Case("a circle ends", "a = $b\nb = $a$a\nmyhostname = $a", "mail.example.org"),
                new Case("no name of the DNS", "myhostname = localhost", "mail.example.org"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("names")
    @DisplayName("postconf(5): values")
    void values(Case c) {
        var takeover =
                new OldHouse(root).with(MAIN, "relay_domains = example.org\n" + c.main()).postfix();
        assertEquals(c.hostname(), OldHouse.config(takeover).hostname().name());
    }

    @Test
    @DisplayName(
            "relay domains, networks, next hops and bounds become a configuration that is good")
    void configuration() {
        var takeover =
                new OldHouse(root)
                        .with(
                                MAIN,
                                """
                                myhostname = mail.example.com
                                mydomain = example.com
                                mynetworks = 127.0.0.0/8 [::ffff:127.0.0.0]/104 [::1]/128
                                    10.1.0.0/16, /etc/postfix/networks cidr:/etc/postfix/n.cidr
                                relay_domains = $mydomain, example.org example.net
                                mydestination = localhost, $myhostname, vm, local.example
                                transport_maps = hash:/etc/postfix/transport
                                relay_recipient_maps = texthash:/etc/postfix/rcpt, ldap:/etc/postfix/ldap.cf
                                relayhost = [smtp.example.net]:submission
                                smtp_sasl_auth_enable = yes
                                smtp_sasl_password_maps = hash:/etc/postfix/sasl
                                smtp_tls_security_level = encrypt
                                message_size_limit = 20480000
                                smtpd_milters = inet:127.0.0.1:8891, inet:127.0.0.1:9999
                                recipient_delimiter = +
                                maximal_queue_lifetime = 3d
                                delay_warning_time = 0
                                inet_interfaces = 192.0.2.1, localhost
                                """)
                        .with("/etc/postfix/networks", "192.0.2.0/28\n# x\n!192.0.2.7\n")
                        .with(
                                "/etc/postfix/transport",
                                """
                                example.com   smtp:[10.1.0.5]
                                example.org   relay:inside.example.org:2525
                                partner.example smtp:[2001:db8::9]:26
                                .wild.example smtp:[x.example]
                                user@x.example smtp:[x.example]
                                dead.example  error:gone
                                """)
                        .with(
                                "/etc/postfix/rcpt",
                                "info@example.com OK\nSales@example.com x\n@example.org x\n")
                        .with("/etc/postfix/master.cf", "")
                        .postfix();
        var config = OldHouse.config(takeover);
        var first = config.own(Domain.of("example.com")).orElseThrow();
        assertEquals("[10.1.0.5:25]", first.deliverTo().toString());
        assertEquals(
                "[info@example.com, sales@example.com]",
                first.recipients().orElseThrow().list().toString());
        // ldap: may know others.
        assertTrue(first.recipients().orElseThrow().callout().isPresent());
        assertEquals("+", first.recipients().orElseThrow().separator().orElseThrow());
        var second = config.own(Domain.of("example.org")).orElseThrow();
        assertEquals("[inside.example.org:2525]", second.deliverTo().toString());
        assertTrue(second.recipients().orElseThrow().callout().isPresent());
        assertEquals(List.of(), config.own(Domain.of("example.net")).orElseThrow().deliverTo());
        assertEquals(List.of(), config.own(Domain.of("local.example")).orElseThrow().deliverTo());
        var outbound = config.listener().getFirst();
        assertEquals(
                "[127.0.0.0/8, ::1/128, 10.1.0.0/16, 192.0.2.0/28]", outbound.trust().toString());
        assertEquals("192.0.2.1:2525", outbound.address().toString());
        assertEquals(Config.Role.INBOUND, config.listener().get(1).role());
        assertEquals("192.0.2.1:25", config.listener().get(1).address().toString());
        assertEquals(
                "smtp.example.net:587", config.outbound().smartHost().orElseThrow().toString());
        assertEquals(Config.TlsMode.REQUIRED, config.outbound().tls());
        assertEquals(20480000, config.limits().messageSize().bytes());
        assertEquals(3, config.outbound().expire().toDays());
        assertTrue(config.outbound().delayNotice().isZero());
        assertEquals("partner.example", config.route().getFirst().domain().name());
        assertEquals("[[2001:db8::9]:26]", config.route().getFirst().to().toString());
        var said = OldHouse.said(takeover);
        for (var expected :
                List.of(
                        "no equivalent: "
                                + MAIN
                                + ":3: mynetworks cidr:/etc/postfix/n.cidr: cidr: tables",
                        "no equivalent: /etc/postfix/networks:3: mynetworks !192.0.2.7",
                        "no equivalent: "
                                + MAIN
                                + ":8: relay_recipient_maps ldap:/etc/postfix/ldap.cf",
                        "no equivalent: "
                                + MAIN
                                + ":10: smtp_sasl_auth_enable: the gateway does not log in",
                        "otherwise: " + MAIN + ":14: smtpd_milters inet:127.0.0.1:8891",
                        "no equivalent: " + MAIN + ":14: smtpd_milters inet:127.0.0.1:9999",
                        "otherwise: " + MAIN + ":18: inet_interfaces",
                        "otherwise: /etc/postfix/transport:2: transport_maps",
                        "no equivalent: /etc/postfix/transport:4: transport_maps .wild.example",
                        "no equivalent: /etc/postfix/transport:5: transport_maps user@x.example",
                        "no equivalent: /etc/postfix/transport:6: transport_maps dead.example",
                        "otherwise: /etc/postfix/rcpt:3: relay_recipient_maps @example.org",
                        "no equivalent: " + MAIN + ":5: relay_domains example.net: no table says",
                        "no equivalent: " + MAIN + ":6: mydestination local.example",
                        "no equivalent: /etc/postfix/master.cf: master.cf")) {
            assertTrue(said.contains(expected), expected + "\n\n" + said);
        }
        assertFalse(said.contains("/etc/postfix/sasl"), said);
        assertFalse(said.contains(" vm"), said);
        assertFalse(said.contains("ffff"), said);
    }

    @Test
    @DisplayName(
            "an open relay is not taken over, and trust is Postfix's, not that of whom OpenDKIM signed for")
    void trust() {
        var house =
                new OldHouse(root)
                        .with("/k", OldHouse.ed25519())
                        .with(
                                "/etc/opendkim.conf",
                                "Domain example.com\nSelector s\nKeyFile /k\nInternalHosts 127.0.0.1,198.51.100.0/24\n")
                        .with(MAIN, "mynetworks = 0.0.0.0/0, 10.0.0.0/8\n");
        var takeover = house.all();
        assertEquals(
                "[10.0.0.0/8]", OldHouse.config(takeover).listener().getFirst().trust().toString());
        assertTrue(OldHouse.said(takeover).contains("mynetworks 0.0.0.0/0: left out"));
        assertTrue(
                OldHouse.said(takeover).contains("198.51.100.0/24: their mail was signed, but"),
                OldHouse.said(takeover));
        var without = house.with(MAIN, "myhostname = mail.example.com\n").all();
        assertEquals(
                "[127.0.0.0/8, ::1/128]",
                OldHouse.config(without).listener().getFirst().trust().toString());
    }

    @Test
    @DisplayName("a long list of recipients is not written into the file: the inside host is asked")
    void manyRecipients() {
        var table = new StringBuilder();
        for (int i = 0; i < 300; i++) {
            table.append("u").append(i).append("@example.com x\n");
        }
        var takeover =
                new OldHouse(root)
                        .with(
                                MAIN,
                                "relay_domains=example.com\nrelay_transport=smtp:[10.0.0.1]\nrelay_recipient_maps=hash:/r\n")
                        .with("/r", table.toString())
                        .postfix();
        assertTrue(
                OldHouse.config(takeover)
                        .domain()
                        .getFirst()
                        .recipients()
                        .orElseThrow()
                        .callout()
                        .isPresent());
        assertTrue(OldHouse.said(takeover).contains("300 recipients are too many"));
    }
}
