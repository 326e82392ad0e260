package io.postern.km.http;

import io.postern.km.ca.Window;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/// The fields by which caches live, and what they ask with. RFC 9110 §8.8, §13; RFC 9111 §5.2.
final class Caching {
    // RFC 9110 §5.6.7 IMF-fixdate; the JDK's RFC_1123 has days of one digit.
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
                    .withZone(ZoneOffset.UTC);

    private Caching() {}

    /// RFC 5019 §6.2, also for lists: entity tag, times, and how long it may be repeated.
    ///
    /// @param longest bound of the repeating, so that what comes before `nextUpdate` is seen
    static Page kept(Page page, byte[] content, Window window, Instant now, Duration longest) {
        var left = Duration.between(now, window.nextUpdate());
        var age = left.compareTo(longest) > 0 ? longest : left;
        return page.with("ETag", tag(content))
                .with("Last-Modified", DATE.format(window.thisUpdate()))
                .with("Expires", DATE.format(now.plus(age)))
                .with(
                        "Cache-Control",
                        "max-age="
                                + Math.max(0, age.toSeconds())
                                + ", public, no-transform, must-revalidate");
    }

    /// The page, or 304 when the asker has it. RFC 9110 §13.2.2: the tag goes before the time.
    static Page unless(Page page, Optional<String> ifNoneMatch, Optional<String> ifModifiedSince) {
        var tag = page.fields().get("ETag");
        if (ifNoneMatch.isPresent() && tag != null) {
            return matches(ifNoneMatch.get(), tag) ? page.notModified() : page;
        }
        var modified = page.fields().get("Last-Modified");
        if (ifModifiedSince.isPresent() && modified != null) {
            var since = date(ifModifiedSince.get());
            var ours = date(modified);
            // §13.1.3: what is no date is not there.
            return since.isPresent() && ours.isPresent() && !ours.get().isAfter(since.get())
                    ? page.notModified()
                    : page;
        }
        return page;
    }

    private static boolean matches(String asked, String tag) {
        // Tags of ours hold no comma or quote; weak comparison is what §13.1.2 asks for.
        return asked.equals("*") || asked.contains(tag);
    }

    private static Optional<Instant> date(String text) {
        try {
            return Optional.of(DATE.parse(text, Instant::from).truncatedTo(ChronoUnit.SECONDS));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private static String tag(byte[] content) {
        try {
            var hash = MessageDigest.getInstance("SHA-256").digest(content);
            return '"' + HexFormat.of().formatHex(hash, 0, 16) + '"';
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
