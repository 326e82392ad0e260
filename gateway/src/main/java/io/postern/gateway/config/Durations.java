package io.postern.gateway.config;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/// Spans of time as the file and the command line write them: `5d`, `4h`, `90s`, `1h30m`, `500ms`.
public final class Durations {
    private static final Pattern FORM =
            Pattern.compile(
                    "(?:(\\d{1,5})d)?+(?:(\\d{1,6})h)?+(?:(\\d{1,8})m(?!s))?+(?:(\\d{1,9})s)?+(?:(\\d{1,9})ms)?+");

    private Durations() {}

    /// The span of such a text; empty when it is not one.
    public static Optional<Duration> parse(String text) {
        var matcher = FORM.matcher(text);
        if (text.isEmpty() || !matcher.matches()) {
            return Optional.empty();
        }
        return Optional.of(
                Duration.ofDays(number(matcher.group(1)))
                        .plusHours(number(matcher.group(2)))
                        .plusMinutes(number(matcher.group(3)))
                        .plusSeconds(number(matcher.group(4)))
                        .plusMillis(number(matcher.group(5))));
    }

    private static long number(@org.jspecify.annotations.Nullable String digits) {
        return digits == null ? 0 : Long.parseLong(digits);
    }

    /// The shortest such text of a span.
    public static String print(Duration span) {
        var text = new StringBuilder();
        part(text, span.toDaysPart(), "d");
        part(text, span.toHoursPart(), "h");
        part(text, span.toMinutesPart(), "m");
        part(text, span.toSecondsPart(), "s");
        part(text, span.toMillisPart(), "ms");
        return text.isEmpty() ? "0s" : text.toString();
    }

    private static void part(StringBuilder text, long number, String unit) {
        if (number != 0) {
            text.append(number).append(unit);
        }
    }
}
