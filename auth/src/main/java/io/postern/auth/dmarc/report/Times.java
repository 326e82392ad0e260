package io.postern.auth.dmarc.report;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Optional;

/// Reads `begin` and `end`: seconds since 1970, or what is written in their place. RFC 9990
/// §3.1.1.4.
final class Times {
    /// Nothing earlier is about DMARC, whose example in RFC 9990 appendix B is of 1979; beyond the
    /// latter it is milliseconds.
    private static final long LATEST_SECOND = 20_000_000_000L;

    private Times() {}

    static Optional<Instant> read(String text, Remarks remarks) {
        // Some write a fraction.
        int dot = text.indexOf('.');
        var whole = dot > 0 && digits(text.substring(0, dot)) ? text.substring(0, dot) : text;
        if (digits(whole)) {
            long number = Long.parseLong(whole);
            if (number > LATEST_SECOND) {
                remarks.add("times in milliseconds");
                number /= 1000;
            }
            return number > LATEST_SECOND
                    ? Optional.empty()
                    : Optional.of(Instant.ofEpochSecond(number));
        }
        try {
            var time = whole.replace(' ', 'T');
            var read =
                    time.endsWith("Z")
                            ? Instant.parse(time)
                            : LocalDateTime.parse(time).toInstant(ZoneOffset.UTC);
            remarks.add("times as text, read as UTC");
            return Optional.of(read);
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private static boolean digits(String text) {
        if (text.isEmpty() || text.length() > 18) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }
}
