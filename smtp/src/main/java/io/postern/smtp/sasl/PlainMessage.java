package io.postern.smtp.sasl;

import java.util.Optional;

/// The one message of PLAIN. RFC 4616 §2.
///
/// @param user who logs in, prepared
/// @param password prepared; masked in [#toString]
public record PlainMessage(String user, String password) {
    // RFC 4616 §2: octets, of each part; RFC 4422 sets no bound. The line has one of its own.
    private static final int LONGEST_PART = 255;

    /// The message that this is; empty when it is none: not two NULs, an empty name or password, or
    /// a name to act as (authzid) that is not the one that logs in. RFC 4616 §2: the server decides
    /// who may act as whom; here nobody may.
    public static Optional<PlainMessage> parse(String text) {
        int first = text.indexOf('\0');
        int second = first < 0 ? -1 : text.indexOf('\0', first + 1);
        if (second < 0 || text.indexOf('\0', second + 1) >= 0) {
            return Optional.empty();
        }
        var actAs = text.substring(0, first);
        var user = prepared(text.substring(first + 1, second));
        var password = prepared(text.substring(second + 1));
        if (user.isEmpty() || password.isEmpty()) {
            return Optional.empty();
        }
        return actAs.isEmpty() || prepared(actAs).equals(user)
                ? Optional.of(new PlainMessage(user.get(), password.get()))
                : Optional.empty();
    }

    private static Optional<String> prepared(String part) {
        return part.isEmpty() || part.length() > LONGEST_PART
                ? Optional.empty()
                : SaslPrep.prepare(part).filter(text -> !text.isEmpty());
    }

    @Override
    public String toString() {
        return "PlainMessage[" + user + "]";
    }
}
