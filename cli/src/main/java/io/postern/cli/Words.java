package io.postern.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/// Sizes, ages and times in the words of tables.
final class Words {
    private Words() {}

    /// Such as `812 B`, `10.2 KiB`, `3.4 MiB`.
    static String size(long octets) {
        if (octets < 1024) {
            return octets + " B";
        }
        double value = octets / 1024.0;
        var units = new String[] {"KiB", "MiB", "GiB"};
        int unit = 0;
        while (value >= 1024 && unit < units.length - 1) {
            value /= 1024;
            unit++;
        }
        return "%.1f %s".formatted(value, units[unit]);
    }

    /// The two largest units: `5d3h`, `2h10m`, `45s`; negative spans as `0s`.
    static String span(Duration span) {
        long seconds = Math.max(0, span.toSeconds());
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

    /// UTC, to the second.
    static String time(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /// `1 entry`, `2 entries`.
    static String count(long number, String one, String many) {
        return number + " " + (number == 1 ? one : many);
    }
}
