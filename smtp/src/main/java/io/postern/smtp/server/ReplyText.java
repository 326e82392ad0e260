package io.postern.smtp.server;

import io.postern.smtp.Reply;
import java.nio.charset.StandardCharsets;

/// Prints replies as they go over the wire. RFC 5321 §4.2, RFC 2034 §4.
final class ReplyText {
    // RFC 5321 §4.5.3.1.5: 512 with code and CRLF.
    private static final int LONGEST_LINE = 512;
    // RFC 5321 §4.2.1 sets no number; a client need not read pages.
    private static final int MOST_LINES = 100;

    private ReplyText() {}

    /// The reply's octets. Texts may be hostile: control characters become `?`, long lines are cut.
    static byte[] octets(Reply reply) {
        var out = new StringBuilder(80);
        int count = Math.min(Math.max(reply.lines().size(), 1), MOST_LINES);
        for (int i = 0; i < count; i++) {
            int start = out.length();
            out.append(reply.code()).append(i < count - 1 ? '-' : ' ');
            // RFC 2034 §4: on every line, so that each can be read alone.
            if (!reply.enhanced().isEmpty()) {
                out.append(reply.enhanced()).append(' ');
            }
            if (!reply.lines().isEmpty()) {
                text(out, reply.lines().get(i), start + LONGEST_LINE - 2);
            }
            out.append("\r\n");
        }
        return out.toString().getBytes(StandardCharsets.US_ASCII);
    }

    // RFC 6531 §3.7.4.1 keeps our replies ASCII: no client asked for another.
    private static void text(StringBuilder out, String text, int end) {
        for (int i = 0; i < text.length() && out.length() < end; i++) {
            char c = text.charAt(i);
            out.append(c < ' ' || c >= 0x7f ? '?' : c);
        }
    }
}
