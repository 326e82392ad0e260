package io.postern.km.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.km.ca.OcspReply;
import io.postern.km.ca.Window;
import io.postern.km.limits.ServiceLimits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("RFC 9112 the pages on a socket")
@Timeout(60)
class KmHttpServerTest {
    private static final Instant T0 = Instant.parse("2026-12-01T12:00:00Z");

    /// One list; everything else is a database that does not answer.
    private static final class Failing implements Published {
        @Override
        public Optional<PublishedList> list(String name) {
            return Optional.of(
                    new PublishedList(
                            new byte[] {0x30, 0}, new Window(T0, T0.plus(Duration.ofDays(10)))));
        }

        @Override
        public Optional<X509Certificate> authority(String name) {
            return Optional.empty();
        }

        @Override
        public OcspReply ocsp(byte[] request) {
            throw new IllegalStateException("asked with " + request.length + " octets");
        }

        @Override
        public List<X509Certificate> ofAddress(String address) {
            return List.of();
        }

        @Override
        public Optional<X509Certificate> ofHash(byte[] sha1) {
            return Optional.empty();
        }
    }

    private KmHttpServer server;

    @BeforeEach
    void start() throws IOException {
        server =
                KmHttpServer.start(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        new KmPages(new Failing(), () -> T0, Duration.ofDays(1)),
                        ServiceLimits.of(100, 10, 1000));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private String say(String request) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    private static String ask(String line, String fields) {
        return line
                + " HTTP/1.1\r\nHost: pki.example.com\r\nConnection: close\r\n"
                + fields
                + "\r\n";
    }

    @Test
    @DisplayName("a list with its fields; 304 without content; no server named")
    void list() throws Exception {
        var page = say(ask("GET /ca.crl", ""));
        assertTrue(page.startsWith("HTTP/1.1 200 ") && page.endsWith("\r\n\r\n0\0"), page);
        assertTrue(page.contains("Cache-Control: max-age=86400"), page);
        assertTrue(!page.contains("Server:"), page);
        var same = say(ask("GET /ca.crl", "If-Modified-Since: Tue, 01 Dec 2026 12:00:00 GMT\r\n"));
        assertTrue(same.startsWith("HTTP/1.1 304 ") && same.endsWith("\r\n\r\n"), same);
    }

    @Test
    @DisplayName(
            "RFC 6960 appendix A.1 slashes in base 64 come through, encoded, plain and doubled")
    void slashes() throws Exception {
        for (var path : List.of("/ocsp/MA%2F%2FMA==", "/ocsp/MA//MA==", "/ocsp/%4d%41/+MA==")) {
            // The double throws: what is shown is that it was asked.
            assertTrue(say(ask("GET " + path, "")).startsWith("HTTP/1.1 503 "), path);
        }
    }

    @Test
    @DisplayName("trouble of ours is 503 with a time to come again, and says nothing of its cause")
    void trouble() throws Exception {
        var page = say(ask("POST /ocsp", "Content-Length: 2\r\n") + "0\0");
        assertTrue(page.startsWith("HTTP/1.1 503 ") && page.contains("Retry-After: 60"), page);
        assertTrue(!page.contains("octets"), page);
    }

    @Test
    @DisplayName("long content and long header sections are refused")
    void bounds() throws Exception {
        var body = "A".repeat(KmPages.LONGEST_CONTENT + 1);
        assertTrue(
                say(ask("POST /ocsp", "Content-Length: " + body.length() + "\r\n") + body)
                        .startsWith("HTTP/1.1 413 "));
        assertTrue(say(ask("GET /" + "a".repeat(40_000), "")).startsWith("HTTP/1.1 414 "));
        assertTrue(
                say(ask("GET /ca.crl", "X: " + "a".repeat(40_000) + "\r\n"))
                        .startsWith("HTTP/1.1 431 "));
    }

    private static KmHttpServer bounded(int perClient, int requests) throws IOException {
        return KmHttpServer.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                new KmPages(new Failing(), () -> T0, Duration.ofDays(1)),
                ServiceLimits.of(100, perClient, requests));
    }

    @Test
    @DisplayName("RFC 6585 §4 a client that asks too much is told when to come again")
    void rates() throws Exception {
        server.close();
        server = bounded(10, 2);
        for (int i = 0; i < 2; i++) {
            assertTrue(say(ask("GET /ca.crl", "")).startsWith("HTTP/1.1 200 "));
        }
        var page = say(ask("GET /ca.crl", ""));
        assertTrue(page.startsWith("HTTP/1.1 429 ") && page.contains("Retry-After: 60"), page);
    }

    @Test
    @DisplayName(
            "a client's connections beyond its number are closed, and counted while open alone")
    void connections() throws Exception {
        server.close();
        server = bounded(1, 1000);
        try (var first = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            var kept = "GET /ca.crl HTTP/1.1\r\nHost: x\r\n\r\n";
            first.getOutputStream().write(kept.getBytes(StandardCharsets.ISO_8859_1));
            first.setSoTimeout(10_000);
            assertTrue(first.getInputStream().read() > 0); // so that it was counted first
            try (var second = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
                second.setSoTimeout(10_000);
                assertEquals(-1, second.getInputStream().read());
            }
        }
        String page;
        do {
            page = said(ask("GET /ca.crl", "")); // until the server has seen the end of the first
        } while (page.isEmpty());
        assertTrue(page.startsWith("HTTP/1.1 200 "), page);
    }

    private String said(String request) {
        try {
            return say(request);
        } catch (IOException _) {
            return "";
        }
    }

    @Test
    @DisplayName("an address in use is an error that names it")
    void inUse() {
        var thrown =
                assertThrows(
                        IOException.class,
                        () ->
                                KmHttpServer.start(
                                        new InetSocketAddress(
                                                InetAddress.getLoopbackAddress(), server.port()),
                                        new KmPages(new Failing(), () -> T0, Duration.ofDays(1)),
                                        ServiceLimits.of(1, 1, 1)));
        assertEquals(true, String.valueOf(thrown.getMessage()).contains(":" + server.port()));
    }
}
