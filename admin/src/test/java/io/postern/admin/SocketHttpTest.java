package io.postern.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("RFC 9112 §6 answers with a Content-Length")
class SocketHttpTest {
    record Case(String rule, String octets, String want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("whole", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "200 {}"),
                new Case("any case", "HTTP/1.1 404 No\r\ncontent-length:2\r\n\r\n[]", "404 []"),
                new Case("empty", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "200 "),
                new Case("cut", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}", "bad"),
                new Case("longer", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n{}", "bad"),
                new Case("no length", "HTTP/1.1 200 OK\r\n\r\n{}", "bad"),
                new Case("bad length", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n{}", "bad"),
                new Case("another protocol", "220 gw.example.com ESMTP\r\n\r\n", "bad"),
                new Case("nothing", "", "bad"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void parse(Case c) {
        assertEquals(c.want(), parse(c.octets().getBytes(StandardCharsets.US_ASCII)));
    }

    private static String parse(byte[] octets) {
        try {
            var answer = SocketHttp.parse(octets);
            return answer.status() + " " + answer.body();
        } catch (IOException _) {
            return "bad";
        }
    }

    @Test
    @DisplayName("random octets are no answer, and nothing worse")
    void random() {
        var random = new Random(7);
        for (int i = 0; i < 2_000; i++) {
            var octets = new byte[random.nextInt(64)];
            random.nextBytes(octets);
            assertThrows(IOException.class, () -> SocketHttp.parse(octets));
        }
    }
}
