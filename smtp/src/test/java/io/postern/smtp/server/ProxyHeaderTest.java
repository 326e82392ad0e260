package io.postern.smtp.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.postern.smtp.server.ProxyHeader.Parsed;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("PROXY protocol version 2, proxy-protocol.txt §2.2")
class ProxyHeaderTest {
    private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";
    private static final String V4 = "c6336407" + "c0000201" + "1f90" + "0019";

    /// @param hex the octets
    /// @param want what is read, in words
    record Case(String rule, String hex, String want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Case> cases() {
        var v6 =
                "20010db8000000000000000000000007"
                        + "20010db8000000000000000000000019"
                        + "c3500019";
        return Stream.of(
                new Case("TCP over IPv4", SIGNATURE + "2111000c" + V4, "198.51.100.7:8080"),
                new Case(
                        "TCP over IPv6", SIGNATURE + "21210024" + v6, "2001:db8:0:0:0:0:0:7:50000"),
                new Case(
                        "TLVs are passed over",
                        SIGNATURE + "21110014" + V4 + "04000161" + "ea000162",
                        "198.51.100.7:8080"),
                new Case(
                        "what follows the header is not looked at",
                        SIGNATURE + "2111000c" + V4 + "45484c4f",
                        "198.51.100.7:8080"),
                new Case("LOCAL without addresses", SIGNATURE + "20000000", "local"),
                new Case(
                        "of LOCAL addresses and TLVs are ignored",
                        SIGNATURE + "2011000e" + V4 + "ffff",
                        "local"),
                new Case(
                        "UNSPEC names nobody",
                        SIGNATURE + "21000000",
                        "bad a proxied connection without"),
                new Case(
                        "AF_UNIX names nobody",
                        SIGNATURE + "213100d8" + "00".repeat(216),
                        "bad a proxied connection over a Unix"),
                new Case(
                        "a datagram is no session",
                        SIGNATURE + "2112000c" + V4,
                        "bad a proxied connection that is no TCP"),
                new Case(
                        "a family that is none",
                        SIGNATURE + "2141000c" + V4,
                        "bad a proxied connection that is no TCP"),
                new Case(
                        "version 1 in the binary form",
                        SIGNATURE + "1111000c" + V4,
                        "bad version 1"),
                new Case(
                        "a command that is none",
                        SIGNATURE + "2211000c" + V4,
                        "bad unknown command 2"),
                new Case(
                        "too short for its addresses",
                        SIGNATURE + "2111000b" + V4.substring(2),
                        "bad a header too short"),
                new Case(
                        "a TLV cut short",
                        SIGNATURE + "2111000e" + V4 + "0400",
                        "bad a TLV cut short"),
                new Case(
                        "a TLV longer than the header",
                        SIGNATURE + "21110010" + V4 + "04000261",
                        "bad a TLV longer"),
                new Case(
                        "a header of 64 KiB",
                        SIGNATURE + "2111ffff" + V4,
                        "bad a header of 65551 octets, at most 4096"),
                new Case("nothing yet", "", "more 16"),
                new Case("half a signature", SIGNATURE.substring(0, 10), "more 16"),
                new Case("the fixed part alone", SIGNATURE + "2111000c", "more 28"),
                new Case("an octet short", SIGNATURE + "2111000c" + V4.substring(2), "more 28"),
                new Case(
                        "version 1",
                        text("PROXY TCP4 198.51.100.7 192.0.2.1 8080 25\r\n"),
                        "bad a header of the PROXY protocol's version 1"),
                new Case("the start of version 1", text("PROX"), "more 16"),
                new Case("SMTP", text("EHLO x\r\n"), "bad no PROXY header"),
                new Case(
                        "a signature with one octet changed",
                        "0d0a0d0a000d0a515549540b",
                        "bad no PROXY header"));
    }

    private static String text(String ascii) {
        return HexFormat.of().formatHex(ascii.getBytes(StandardCharsets.US_ASCII));
    }

    static String said(Parsed parsed) {
        return switch (parsed) {
            case Parsed.Ok(ProxyHeader.Announced(var client)) ->
                    client.getAddress().getHostAddress() + ":" + client.getPort();
            case Parsed.Ok(ProxyHeader.Local()) -> "local";
            case Parsed.More(int octets) -> "more " + octets;
            case Parsed.Bad(var why) -> "bad " + why;
        };
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void parse(Case one) {
        var octets = HexFormat.of().parseHex(one.hex());
        var got = said(ProxyHeader.parse(octets, octets.length));
        assertEquals(one.want(), got.substring(0, Math.min(got.length(), one.want().length())));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    @DisplayName("octet by octet it comes to the same")
    void growing(Case one) {
        var octets = HexFormat.of().parseHex(one.hex());
        for (int length = 0; length < octets.length; length++) {
            var parsed = ProxyHeader.parse(octets, length);
            if (!(parsed instanceof Parsed.More(int wanted))) {
                var got = said(parsed);
                assertEquals(
                        one.want(), got.substring(0, Math.min(got.length(), one.want().length())));
                return;
            }
            assertEquals(true, wanted > length, "asks for more than it has");
        }
    }

    @Test
    @DisplayName("§2.2.4: a CRC32c that is given must be right")
    void checksum() {
        var octets = HexFormat.of().parseHex(SIGNATURE + "21110013" + V4 + "03000400000000");
        var crc = new CRC32C();
        crc.update(octets);
        ByteBuffer.wrap(octets).putInt(octets.length - 4, (int) crc.getValue());
        assertEquals("198.51.100.7:8080", said(ProxyHeader.parse(octets, octets.length)));
        octets[16]++;
        assertEquals(
                "bad a header damaged on its way: its CRC32c is wrong",
                said(ProxyHeader.parse(octets, octets.length)));
    }

    @Test
    @DisplayName("random octets never throw")
    void random() {
        var random = new Random(2);
        var good = HexFormat.of().parseHex(SIGNATURE + "21110014" + V4 + "04000161" + "ea000162");
        for (int i = 0; i < 20_000; i++) {
            var octets = good.clone();
            for (int j = random.nextInt(4); j >= 0; j--) {
                octets[12 + random.nextInt(octets.length - 12)] = (byte) random.nextInt(256);
            }
            assertNotNull(ProxyHeader.parse(octets, random.nextInt(octets.length + 1)));
        }
        assertInstanceOf(Parsed.Ok.class, ProxyHeader.parse(good, good.length));
    }
}
