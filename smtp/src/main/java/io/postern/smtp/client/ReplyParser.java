package io.postern.smtp.client;

import io.postern.smtp.Reply;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// Takes the lines of one reply. Pure: any octets give a step, none an exception. RFC 5321 §4.2.
final class ReplyParser {
    /// Octets of a line with its end. RFC 5321 §4.5.3.1.5 says 512; peers with long URLs send more.
    static final int MAX_LINE = 4096;

    /// Lines of one reply. No server has that many extensions.
    static final int MAX_LINES = 128;

    /// Octets of one reply.
    static final int MAX_REPLY = 64 * 1024;

    private static final Pattern ENHANCED = Pattern.compile("([245])\\.\\d{1,3}\\.\\d{1,3}(?= |$)");

    private final List<String> lines = new ArrayList<>(1);
    private int code;
    private String enhanced = "";
    private int octets;

    /// What a line led to.
    sealed interface Step {
        /// The reply goes on.
        record More() implements Step {}

        record Complete(Reply reply) implements Step {}

        /// Not SMTP; there is nothing to go on with.
        record Malformed(String why) implements Step {}
    }

    private static final Step MORE = new Step.More();

    /// Takes the line in `octets[from, to)`, without its LF; a CR before that is not text.
    Step line(byte[] octets, int from, int to) {
        int end = to > from && octets[to - 1] == '\r' ? to - 1 : to;
        this.octets += to - from + 1;
        if (to - from + 1 > MAX_LINE) {
            return new Step.Malformed("reply line is too long");
        }
        if (this.octets > MAX_REPLY || lines.size() == MAX_LINES) {
            return new Step.Malformed("reply is too long");
        }
        int lineCode = code(octets, from, end);
        if (lineCode == 0) {
            return new Step.Malformed("not a reply: " + shown(octets, from, end));
        }
        // RFC 5321 §4.2.1: the code is the same on each line. Which of two would we believe?
        if (!lines.isEmpty() && lineCode != code) {
            return new Step.Malformed("reply with the codes " + code + " and " + lineCode);
        }
        // RFC 5321 §4.2: a client takes a code without text, with or without the space.
        boolean last = end == from + 3 || octets[from + 3] == ' ';
        if (!last && octets[from + 3] != '-') {
            return new Step.Malformed("not a reply: " + shown(octets, from, end));
        }
        code = lineCode;
        lines.add(withoutEnhanced(text(octets, Math.min(from + 4, end), end)));
        return last ? new Step.Complete(new Reply(code, enhanced, lines)) : MORE;
    }

    /// The code, 200 to 599; 0 when there is none. RFC 5321 §4.2.1 has no 1yz.
    private static int code(byte[] octets, int from, int end) {
        if (end - from < 3) {
            return 0;
        }
        int value = 0;
        for (int i = from; i < from + 3; i++) {
            if (octets[i] < '0' || octets[i] > '9') {
                return 0;
            }
            value = value * 10 + octets[i] - '0';
        }
        return value >= 200 && value <= 599 ? value : 0;
    }

    /// Takes the enhanced status code off. RFC 2034 §4: it stands on each line, and its class is
    /// that of the reply; what only looks like one is text.
    private String withoutEnhanced(String text) {
        if (text.length() < 5 || text.charAt(1) != '.') {
            return text;
        }
        var matcher = ENHANCED.matcher(text);
        if (!matcher.lookingAt() || text.charAt(0) - '0' != code / 100) {
            return text;
        }
        var found = matcher.group();
        if (lines.isEmpty()) {
            enhanced = found;
        } else if (!found.equals(enhanced)) {
            return text;
        }
        return text.substring(Math.min(found.length() + 1, text.length()));
    }

    private static String shown(byte[] octets, int from, int end) {
        var text = text(octets, from, Math.min(end, from + 80));
        return text.isEmpty() ? "an empty line" : text;
    }

    /// The text in UTF-8 (RFC 6531 §3.7.4.2) with control characters made harmless, since it goes
    /// into logs and DSNs.
    private static String text(byte[] octets, int from, int end) {
        boolean plain = true;
        for (int i = from; i < end && plain; i++) {
            plain = octets[i] >= ' ' && octets[i] < 0x7f;
        }
        if (plain) {
            return new String(octets, from, end - from, StandardCharsets.ISO_8859_1);
        }
        return Words.harmless(new String(octets, from, end - from, StandardCharsets.UTF_8));
    }
}
