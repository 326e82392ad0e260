package io.postern.mail;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// Writes dates as mail does. RFC 5322 §3.3.
public final class MailDate {
    private static final DateTimeFormatter FORMAT =
            DateTimeFormatter.ofPattern("EEE, d MMM uuuu HH:mm:ss xx", Locale.ROOT);

    private MailDate() {}

    /// Such as `Sun, 22 Nov 2026 05:14:00 +0000`: always UTC, so that places do not leak.
    public static String format(Instant time) {
        return FORMAT.format(time.atOffset(ZoneOffset.UTC));
    }
}
