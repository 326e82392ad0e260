package io.postern.gateway.config;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// A number of octets, written as `50 MiB`, `256 KiB`, `1 GiB` or `512`.
public record ByteSize(long bytes) {
    private static final Pattern FORM = Pattern.compile("([0-9]{1,12}) ?(B|KiB|MiB|GiB)?");

    static Optional<ByteSize> parse(String text) {
        var matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        long number = Long.parseLong(matcher.group(1));
        String unit = matcher.group(2) == null ? "B" : matcher.group(2);
        return Optional.of(
                new ByteSize(
                        switch (unit) {
                            case "KiB" -> number << 10;
                            case "MiB" -> number << 20;
                            case "GiB" -> number << 30;
                            default -> number;
                        }));
    }

    @Override
    public String toString() {
        if (bytes > 0 && bytes % (1L << 30) == 0) {
            return (bytes >> 30) + " GiB";
        }
        if (bytes > 0 && bytes % (1L << 20) == 0) {
            return (bytes >> 20) + " MiB";
        }
        if (bytes > 0 && bytes % (1L << 10) == 0) {
            return (bytes >> 10) + " KiB";
        }
        return String.format(Locale.ROOT, "%d", bytes);
    }
}
