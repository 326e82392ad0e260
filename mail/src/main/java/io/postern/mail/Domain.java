package io.postern.mail;

import java.net.IDN;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// A domain name: lower-case A-labels joined by dots, without a trailing dot. RFC 5890 §2.3.2.1.
///
/// @param name never empty, at most 253 octets, labels of 1 to 63 octets of letters, digits,
///   hyphen, underscore
public record Domain(String name) implements Host {
    private static final Pattern LABELS =
            Pattern.compile(
                    "[a-z0-9_](?:[a-z0-9_-]{0,61}+[a-z0-9_])?+(?:\\.[a-z0-9_](?:[a-z0-9_-]{0,61}+[a-z0-9_])?+)*+");

    /// The domain of a text in A-labels or U-labels, any case; empty when it is not one.
    public static Optional<Domain> parse(String text) {
        String ascii;
        try {
            ascii = IDN.toASCII(text).toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        return ascii.length() <= 253 && LABELS.matcher(ascii).matches()
                ? Optional.of(new Domain(ascii))
                : Optional.empty();
    }

    /// The domain of a text known to be one.
    ///
    /// @throws IllegalArgumentException when it is not: a bug of the caller's
    public static Domain of(String text) {
        return parse(text).orElseThrow(() -> new IllegalArgumentException("not a domain: " + text));
    }

    @Override
    public String toString() {
        return name;
    }
}
