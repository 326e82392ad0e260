package io.postern.km.ca;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/// From when until when, both included, in whole seconds. RFC 5280 §4.1.2.5.
public record Validity(Instant notBefore, Instant notAfter) {
    /// Cuts to seconds; [IllegalArgumentException] when the end is not after the beginning.
    public Validity {
        notBefore = notBefore.truncatedTo(ChronoUnit.SECONDS);
        notAfter = notAfter.truncatedTo(ChronoUnit.SECONDS);
        if (!notAfter.isAfter(notBefore)) {
            throw new IllegalArgumentException(notAfter + " is not after " + notBefore);
        }
    }

    /// That long from then on: the last second counts (RFC 5280 §4.1.2.5), so it ends one before.
    public static Validity of(Instant notBefore, Duration length) {
        var from = notBefore.truncatedTo(ChronoUnit.SECONDS);
        return new Validity(from, from.plus(length).minusSeconds(1));
    }

    /// This, but not beyond that instant.
    Validity until(Instant end) {
        return notAfter.isAfter(end) ? new Validity(notBefore, end) : this;
    }
}
