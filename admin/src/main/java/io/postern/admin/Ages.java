package io.postern.admin;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// Lengths of time as people write them: `90s`, `15m`, `2h`, `5d`, `1d12h`, or ISO 8601 (`PT2H`).
public final class Ages {
    private static final Pattern PARTS =
            Pattern.compile("(?:(\\d{1,5})d)?(?:(\\d{1,6})h)?(?:(\\d{1,7})m)?(?:(\\d{1,9})s)?");

    private Ages() {}

    /// The length of time; empty when the text is not one.
    public static Optional<Duration> parse(String text) {
        var lower = text.strip().toLowerCase(Locale.ROOT);
        if (lower.startsWith("p")) {
            try {
                var duration = Duration.parse(lower);
                // Bounded like the other form, so that no later sum overflows.
                return duration.isNegative() || duration.toDays() > 99_999
                        ? Optional.empty()
                        : Optional.of(duration);
            } catch (DateTimeParseException _) {
                return Optional.empty();
            }
        }
        var parts = PARTS.matcher(lower);
        if (lower.isEmpty() || !parts.matches()) {
            return Optional.empty();
        }
        return Optional.of(
                Duration.ofDays(number(parts.group(1)))
                        .plusHours(number(parts.group(2)))
                        .plusMinutes(number(parts.group(3)))
                        .plusSeconds(number(parts.group(4))));
    }

    private static long number(@org.jspecify.annotations.Nullable String digits) {
        return digits == null ? 0 : Long.parseLong(digits);
    }

    /// The two largest units, for tables: `5d3h`, `2h10m`, `45s`.
    public static String print(Duration duration) {
        long seconds = Math.max(0, duration.toSeconds());
        long days = seconds / 86_400;
        long hours = seconds / 3_600 % 24;
        long minutes = seconds / 60 % 60;
        if (days > 0) {
            return days + "d" + (hours > 0 ? hours + "h" : "");
        }
        if (hours > 0) {
            return hours + "h" + (minutes > 0 ? minutes + "m" : "");
        }
        return minutes > 0
                ? minutes + "m" + (seconds % 60 > 0 ? seconds % 60 + "s" : "")
                : seconds + "s";
    }
}
