package io.postern.smtp;

import java.util.List;

/// An SMTP reply, ours or a peer's. RFC 5321 §4.2.
///
/// @param code 200 to 599
/// @param enhanced the enhanced status code (RFC 3463) such as `5.7.1`, or empty when there is none
/// @param lines the text, one entry a line, without code and enhanced status code; at least one,
///   perhaps empty
public record Reply(int code, String enhanced, List<String> lines) {
    public Reply {
        lines = List.copyOf(lines);
    }

    public static Reply of(int code, String enhanced, String text) {
        return new Reply(code, enhanced, List.of(text));
    }

    /// 2yz.
    public boolean positive() {
        return code / 100 == 2;
    }

    /// 4yz: the same command may succeed later.
    public boolean temporary() {
        return code / 100 == 4;
    }

    /// 5yz.
    public boolean permanent() {
        return code / 100 == 5;
    }

    /// On one line, for logs and DSNs: `550 5.7.1 text`.
    @Override
    public String toString() {
        return code + (enhanced.isEmpty() ? "" : " " + enhanced) + " " + String.join(" ", lines);
    }
}
