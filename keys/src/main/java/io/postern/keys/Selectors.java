package io.postern.keys;

import io.postern.mail.Domain;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// Selectors: names below `_domainkey` of a domain. RFC 6376 §3.1.
final class Selectors {
    // sub-domain of RFC 5321 §4.1.2, several joined by dots.
    private static final Pattern SELECTOR =
            Pattern.compile(
                    "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*+");

    /// RFC 1035 §2.3.4: 255 octets on the wire, which is 253 as text.
    private static final int LONGEST_NAME = 253;

    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("uuuuMMdd", Locale.ROOT).withZone(ZoneOffset.UTC);

    private Selectors() {}

    /// Why that cannot be a selector of the domain; empty when it can.
    static Optional<String> fault(Domain domain, String selector) {
        int length = selector.length() + "._domainkey.".length() + domain.name().length();
        if (length > LONGEST_NAME) {
            return Optional.of(
                    "the selector is too long: its record's name would have %d octets, and a name has at most %d"
                            .formatted(length, LONGEST_NAME));
        }
        return SELECTOR.matcher(selector).matches()
                ? Optional.empty()
                : Optional.of(
                        "not a selector: letters, digits and hyphens, at most 63 between dots (RFC 6376 §3.1)");
    }

    /// The day and the first free letter, such as `20261122a`: the same for all keys made at once,
    /// with a letter for the type before it.
    static String stem(Instant now, Predicate<String> free) {
        for (int i = 0; ; i++) {
            var stem = DAY.format(now) + letters(i);
            if (free.test(stem)) {
                return stem;
            }
        }
    }

    /// a to z, then aa, ab and so on.
    private static String letters(int number) {
        var last = String.valueOf((char) ('a' + number % 26));
        return number < 26 ? last : letters(number / 26 - 1) + last;
    }

    static String prefix(KeyType type) {
        return switch (type) {
            case RSA -> "r";
            case ED25519 -> "e";
        };
    }
}
