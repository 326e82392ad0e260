package io.postern.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HexFormat;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A listener behind a load balancer")
class BalancerTest {
    @TempDir Path folder;

    /// A PROXY header of version 2 for a client 198.51.100.LAST.
    private static byte[] announcing(int last) {
        return HexFormat.of()
                .parseHex(
                        "0d0a0d0a000d0a515549540a2111000cc63364%02xc00002011f900019"
                                .formatted(last));
    }

    private static String said(House house, byte[] header, String words) throws IOException {
        try (var socket =
                new Socket(InetAddress.getLoopbackAddress(), house.gateway().ports().getFirst())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(header);
            socket.getOutputStream().write(words.getBytes(StandardCharsets.US_ASCII));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    @Test
    @DisplayName(
            "trust and Received are about the announced client, and the balancer has no rights of its own")
    void announced() throws Exception {
        try (var sink = new Sink()) {
            var text =
                    House.config(sink.port(), "")
                            .replace(
                                    "[[domain]]",
                                    "trust = [\"198.51.100.7/32\"]\nproxy_from = [\"127.0.0.0/8\"]\n[[domain]]");
            try (var house = new House(folder, text, InstantSource.system())) {
                house.makeKeys();
                var content = "From: info@example.com\r\n\r\nHello\r\n";
                var words =
                        "EHLO c.example\r\nMAIL FROM:<info@example.com>\r\nRCPT TO:<a@example.net>\r\n"
                                + "BDAT "
                                + content.length()
                                + " LAST\r\n"
                                + content
                                + "QUIT\r\n";
                assertTrue(said(house, announcing(7), words).contains("250 2.0.0 kept as"));
                var header = sink.next().content();
                assertTrue(header.contains("[198.51.100.7]"), header);
                assertTrue(said(house, announcing(8), "").startsWith("554 5.7.1 "), "a stranger");
                var local = HexFormat.of().parseHex("0d0a0d0a000d0a515549540a20000000");
                assertTrue(said(house, local, "").startsWith("554 5.7.1 "), "the balancer itself");
                assertEquals("", said(house, new byte[0], "EHLO c.example\r\n"));
            }
        }
    }
}
