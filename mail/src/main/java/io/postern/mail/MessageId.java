package io.postern.mail;

import java.time.Instant;
import java.util.random.RandomGenerator;

/// Makes message identifiers. RFC 5322 §3.6.4.
public final class MessageId {
    private MessageId() {}

    /// A fresh identifier with its brackets, unique by time and 64 random bits.
    public static String make(Instant now, RandomGenerator random, Domain host) {
        return "<"
                + Long.toString(now.toEpochMilli(), 36)
                + "."
                + Long.toUnsignedString(random.nextLong(), 36)
                + "@"
                + host
                + ">";
    }
}
