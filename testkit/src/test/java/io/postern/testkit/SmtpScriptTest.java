package io.postern.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("SMTP sessions as data")
class SmtpScriptTest {
    /// Plays it against a server that says this; gives what was sent.
    private static String play(String said, String script) {
        var sent = new ByteArrayOutputStream();
        SmtpScript.parse("test", script)
                .run(new ByteArrayInputStream(said.getBytes(StandardCharsets.US_ASCII)), sent);
        return sent.toString(StandardCharsets.ISO_8859_1);
    }

    @Test
    @DisplayName("a script that fits passes, its greeting and EHLO supplied")
    void passes() {
        var sent =
                play(
                        "220 x\r\n250-x\r\n250 y\r\n250 2.0.0 ok\r\n221 bye\r\n",
                        """
                        # a comment
                        C: NOOP  S: 250 2.0.0 *   # another
                        C-BYTES: a\\x00\\r\\n${3*xy}\\s
                        S: 221 b*e
                        S: (close)
                        """);
        assertEquals("EHLO client.example\r\nNOOP\r\na\0\r\nxyxyxy ", sent);
    }

    @Test
    @DisplayName("a reply that does not fit fails, with line and dialogue")
    void fails() {
        var failure =
                assertThrows(
                        AssertionError.class,
                        () -> play("220 x\r\n550 no\r\n", "S: 220 *\nC: A  S: 250 *"));
        assertTrue(String.valueOf(failure.getMessage()).startsWith("test line 2: expected 250 *"));
        assertTrue(String.valueOf(failure.getMessage()).contains("S: 550 no"));
    }

    @Test
    @DisplayName("lines of a reply, one too many replies, a bare LF, a silent close")
    void others() {
        play("220-a\r\n220 b\r\n", "S: 220 b\nS+: 220-a\nS!: *c");
        assertThrows(AssertionError.class, () -> play("220 b\r\n", "S: 220 b\nS+: 220-a"));
        assertThrows(AssertionError.class, () -> play("220 b\r\n", "S: 220 b\nS!: *b"));
        assertThrows(
                AssertionError.class, () -> play("220 b\r\n220 c\r\n", "S: 220 b\nS: (close)"));
        assertThrows(AssertionError.class, () -> play("220 b\n", "S: 220 b"));
        assertThrows(AssertionError.class, () -> play("", "S: 220 b"));
        assertThrows(IllegalArgumentException.class, () -> SmtpScript.parse("x", "X: what"));
    }
}
