package io.postern.smtp.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.smtp.Reply;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("RFC 5321 §4.2: replies on the wire")
class ReplyTextTest {
    private static String text(Reply reply) {
        return new String(ReplyText.octets(reply), StandardCharsets.ISO_8859_1);
    }

    @Test
    @DisplayName("RFC 2034 §4: the enhanced status code stands on every line")
    void lines() {
        assertEquals("250 2.0.0 ok\r\n", text(Reply.of(250, "2.0.0", "ok")));
        assertEquals("220 hi\r\n", text(Reply.of(220, "", "hi")));
        assertEquals(
                "550-5.7.1 one\r\n550 5.7.1 two\r\n",
                text(new Reply(550, "5.7.1", List.of("one", "two"))));
        assertEquals("250 \r\n", text(new Reply(250, "", List.of())));
    }

    @Test
    @DisplayName("a hostile text can't make lines, nor leave ASCII")
    void hostile() {
        assertEquals(
                "550 5.7.1 a??250 b?c?\r\n",
                text(Reply.of(550, "5.7.1", "a\r\n250 b\u0000c\u00e9")));
    }

    @Test
    @DisplayName("§4.5.3.1.5: 512 octets a line; and not more lines than anybody reads")
    void bounds() {
        assertEquals(512, text(Reply.of(550, "5.7.1", "x".repeat(2000))).length());
        var many = text(new Reply(250, "", Collections.nCopies(1000, "x")));
        assertEquals(100, many.lines().count());
        assertTrue(many.endsWith("\r\n250 x\r\n"));
    }
}
