package io.postern.cli;

import java.time.Duration;
import java.util.regex.Pattern;

/// A time as people type it: `90s`, `15m`, `24h`, `7d`.
final class KmDuration {
    private static final Pattern FORM = Pattern.compile("(\\d{1,6})([smhd])");

    private KmDuration() {}

    static Duration of(String text) {
        var match = FORM.matcher(text.strip());
        if (!match.matches()) {
            throw Failure.usage("\"" + text + "\" is no time: write such as 90s, 15m, 24h or 7d");
        }
        long number = Long.parseLong(match.group(1));
        return switch (match.group(2)) {
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
        };
    }
}
