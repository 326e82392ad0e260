package io.postern.smtp;

import java.util.Optional;
import java.util.regex.Pattern;

/// An enhanced status code such as `5.7.1`. RFC 3463 §2.
///
/// @param kind the class: 2 success, 4 persistent transient failure, 5 permanent failure
/// @param subject 0 to 999
/// @param detail 0 to 999
public record EnhancedStatusCode(int kind, int subject, int detail) {
    // RFC 3463 §2: no leading zeros.
    private static final Pattern SYNTAX =
            Pattern.compile("([245])\\.(0|[1-9][0-9]{0,2})\\.(0|[1-9][0-9]{0,2})");

    /// @throws IllegalArgumentException when a part is out of its range: a bug of the caller's
    public EnhancedStatusCode {
        if ((kind != 2 && kind != 4 && kind != 5)
                || subject < 0
                || subject > 999
                || detail < 0
                || detail > 999) {
            throw new IllegalArgumentException(kind + "." + subject + "." + detail);
        }
    }

    /// The code that this text is, whole; empty when it is not one.
    public static Optional<EnhancedStatusCode> parse(String text) {
        var matcher = SYNTAX.matcher(text);
        return matcher.matches()
                ? Optional.of(
                        new EnhancedStatusCode(
                                Integer.parseInt(matcher.group(1)),
                                Integer.parseInt(matcher.group(2)),
                                Integer.parseInt(matcher.group(3))))
                : Optional.empty();
    }

    /// The code that the text of a reply begins with, followed by a space or the end; empty when
    /// there is none. RFC 2034 §4.
    public static Optional<EnhancedStatusCode> leading(String replyText) {
        int space = replyText.indexOf(' ');
        return parse(space < 0 ? replyText : replyText.substring(0, space));
    }

    /// Whether it may stand in a reply of that code: its class is the first digit. RFC 2034 §4.
    public boolean fits(int replyCode) {
        return replyCode / 100 == kind;
    }

    @Override
    public String toString() {
        return kind + "." + subject + "." + detail;
    }
}
