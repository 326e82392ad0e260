package io.postern.gateway.events;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The stream of mail events: one line a fact, key=value, for operators, tests and log shippers.
///
/// The words are received, refused, queued, delivered, deferred, failed, dsn, auth, rule,
/// rule_failed, dkim_key, dkim_mismatch, resigned. Never bodies, credentials or keys.
public final class MailLog {
    private static final Logger LOG = LoggerFactory.getLogger("postern.mail");

    private MailLog() {}

    /// Writes one event.
    ///
    /// @param event the fact, one word
    /// @param pairs keys and values in turn; values that are not plain words are quoted and
    ///   neutralised
    public static void event(String event, Object... pairs) {
        if (!LOG.isInfoEnabled()) {
            return;
        }
        var line = new StringBuilder(160).append(event);
        for (int i = 0; i + 1 < pairs.length; i += 2) {
            line.append(' ').append(pairs[i]).append('=');
            value(line, String.valueOf(pairs[i + 1]));
        }
        LOG.info("{}", line);
    }

    private static void value(StringBuilder line, String value) {
        boolean plain = !value.isEmpty();
        for (int i = 0; plain && i < value.length(); i++) {
            char c = value.charAt(i);
            plain = c > ' ' && c < 127 && c != '"' && c != '\\';
        }
        if (plain) {
            line.append(value);
            return;
        }
        line.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                line.append('\\').append(c);
            } else if (Character.isISOControl(c)) {
                // A peer's text must not start a new line or colour a terminal.
                line.append(String.format("\\x%02x", (int) c));
            } else if (unseen(c)) {
                // Nor look like another text: line separators, directions, what is not seen.
                line.append(String.format("\\u%04x", (int) c));
            } else {
                line.append(c);
            }
        }
        line.append('"');
    }

    private static boolean unseen(char c) {
        return switch (Character.getType(c)) {
            case Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
            default -> false;
        };
    }
}
