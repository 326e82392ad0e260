package io.postern.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("RFC 5321 §4.4 trace")
class TraceTest {
    private static final Instant AT = Instant.parse("2026-11-02T05:06:07Z");

    private static Trace.Received facts(String helo, String ip, Optional<String> tls) {
        return new Trace.Received(
                helo,
                ip.equals("192.0.2.1")
                        ? Optional.of(Domain.of("client.example.net"))
                        : Optional.empty(),
                InetAddress.ofLiteral(ip),
                "gw.example.com",
                "ESMTPS",
                tls,
                "q1",
                Optional.of(new ForwardPath.Of(new Mailbox("a b", Domain.of("example.org")))),
                AT);
    }

    @Test
    @DisplayName("RFC 5321 §4.4 every clause, folded")
    void whole() {
        assertEquals(
                """
                Received: from client.example.net (client.example.net [192.0.2.1])
                \tby gw.example.com with ESMTPS (TLSv1.3 TLS_AES_256_GCM_SHA384) id q1
                \tfor <"a b"@example.org>; Mon, 2 Nov 2026 05:06:07 +0000
                """
                        .replace("\n", "\r\n"),
                Trace.received(
                                facts(
                                        "client.example.net",
                                        "192.0.2.1",
                                        Optional.of("TLSv1.3 TLS_AES_256_GCM_SHA384")))
                        .raw());
    }

    @Test
    @DisplayName(
            "RFC 5321 §6.3 a field in place of others names no client, and counts for all of them")
    void hidden() {
        var facts = facts("inside.example.com", "192.0.2.1", Optional.empty());
        var field = Trace.received(facts, 3);
        assertEquals(
                """
                Received: by gw.example.com with ESMTPS (3 inside hops not shown) id q1
                	for <"a b"@example.org>; Mon, 2 Nov 2026 05:06:07 +0000
                """
                        .replace("\n", "\r\n"),
                field.raw());
        var again = new HeaderFields(List.of(Trace.received(facts), field));
        assertEquals(5, Trace.hops(again));
        assertEquals(6, Trace.hops(new HeaderFields(List.of(Trace.received(facts, 5)))));
    }

    @Test
    @DisplayName("RFC 5321 §4.1.3 an IPv6 client")
    void ipv6() {
        var raw =
                Trace.received(facts("[IPv6:2001:db8::1]", "2001:db8::1", Optional.empty())).raw();
        assertTrue(
                raw.startsWith(
                        "Received: from [IPv6:2001:db8::1] ([IPv6:2001:db8:0:0:0:0:0:1])\r\n"),
                raw);
    }

    @Test
    @DisplayName("RFC 5321 §4.4 hostile HELO text opens no comment, fold or field")
    void hostile() {
        var raw =
                Trace.received(
                                facts(
                                        "x) by evil\r\nBcc: a@example.com\r\n\u00e9(",
                                        "192.0.2.9",
                                        Optional.of("a)\r\nb")))
                        .raw();
        assertTrue(
                raw.startsWith(
                        "Received: from x??by?evil??Bcc:?a?example.com???? ([192.0.2.9])\r\n"),
                raw);
        var parsed =
                (HeaderParse.Parsed)
                        HeaderFields.parse(
                                raw.getBytes(StandardCharsets.ISO_8859_1), HeaderLimits.DEFAULT);
        assertEquals(1, parsed.fields().fields().size());
        assertTrue(parsed.defects().isEmpty());
        assertFalse(raw.contains("evil\r\n"));
    }

    @Test
    @DisplayName("RFC 5322 §2.1.1 random HELO text never makes a second field or a long line")
    void random() {
        var random = new Random(4);
        for (int i = 0; i < 2000; i++) {
            var octets = new byte[random.nextInt(600)];
            random.nextBytes(octets);
            var helo = new String(octets, StandardCharsets.UTF_8);
            var raw = Trace.received(facts(helo, "192.0.2.9", Optional.of(helo))).raw();
            var parsed =
                    (HeaderParse.Parsed)
                            HeaderFields.parse(
                                    raw.getBytes(StandardCharsets.ISO_8859_1),
                                    HeaderLimits.DEFAULT);
            assertEquals(1, parsed.fields().fields().size());
            for (var line : raw.split("\r\n", -1)) {
                assertTrue(line.length() <= 998, line);
            }
        }
    }

    @Test
    @DisplayName("RFC 5321 §6.3 hops are Received fields")
    void hops() {
        var field = new HeaderField("Received", "received: x\r\n");
        assertEquals(
                2,
                Trace.hops(
                        HeaderFields.EMPTY
                                .appended(field)
                                .appended(new HeaderField("A", "A:\r\n"))
                                .appended(field)));
    }

    @Test
    @DisplayName("RFC 5322 §3.6.4 a message identifier")
    void messageId() {
        var id = MessageId.make(AT, new Random(1), Domain.of("example.com"));
        assertTrue(id.matches("<[0-9a-z]+\\.[0-9a-z]+@example\\.com>"), id);
    }

    @Test
    @DisplayName("RFC 3461 §4 xtext there and back")
    void xtext() {
        assertEquals("a+2Bb+3D+20c", Xtext.encode("a+b= c"));
        assertEquals("+C3+A9", Xtext.encode("\u00e9"));
        assertEquals(Optional.of("a+b= c\u00e9"), Xtext.decode("a+2Bb+3D+20c+C3+A9"));
        for (var bad : new String[] {"+", "+2", "+2b", "+GG", "a b", "a=b", "\u00e9", "+C3"}) {
            assertEquals(Optional.empty(), Xtext.decode(bad), bad);
        }
        var random = new Random(5);
        for (int i = 0; i < 2000; i++) {
            var octets = new byte[random.nextInt(20)];
            random.nextBytes(octets);
            var text = new String(octets, StandardCharsets.UTF_8);
            assertEquals(Optional.of(text), Xtext.decode(Xtext.encode(text)));
            Xtext.decode(text);
        }
    }
}
