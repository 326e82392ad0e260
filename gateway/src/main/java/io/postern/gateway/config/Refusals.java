package io.postern.gateway.config;

import io.postern.smtp.Reply;
import java.util.Optional;
import java.util.regex.Pattern;

/// Replies that refuse, as operators write them: `550 5.7.1 not from there`.
public final class Refusals {
    // RFC 3463 §2 for the enhanced status code. Text that a client's log can hold in one line.
    private static final Pattern FORM =
            Pattern.compile("([45]\\d\\d) ([45]\\.\\d{1,3}\\.\\d{1,3}) ([!-~][ -~]{0,299})");

    private Refusals() {}

    /// The reply of such a text; empty when it is not one, or its two codes contradict each other.
    public static Optional<Reply> parse(String text) {
        var parts = FORM.matcher(text);
        return parts.matches() && parts.group(1).charAt(0) == parts.group(2).charAt(0)
                ? Optional.of(
                        Reply.of(Integer.parseInt(parts.group(1)), parts.group(2), parts.group(3)))
                : Optional.empty();
    }
}
