package io.postern.store;

import java.util.Optional;

/// The identity of a message from acceptance to its last outcome. Later ids are greater, so they
/// sort by time.
///
/// @param value positive; milliseconds since the epoch above 20 bits of a counter
public record QueueId(long value) implements Comparable<QueueId> {
    private static final String DIGITS = "0123456789abcdefghjkmnpqrstvwxyz";

    /// The id of its printed form, in any case; empty when the text is not one.
    public static Optional<QueueId> parse(String text) {
        if (text.isEmpty() || text.length() > 13) {
            return Optional.empty();
        }
        long value = 0;
        for (int i = 0; i < text.length(); i++) {
            int digit = DIGITS.indexOf(Character.toLowerCase(text.charAt(i)));
            if (digit < 0) {
                return Optional.empty();
            }
            value = value << 5 | digit;
        }
        return value > 0 ? Optional.of(new QueueId(value)) : Optional.empty();
    }

    @Override
    public int compareTo(QueueId other) {
        return Long.compare(value, other.value);
    }

    /// Crockford's base 32, lower case: no letter that looks like a digit.
    @Override
    public String toString() {
        var text = new StringBuilder();
        for (long rest = value; rest > 0; rest >>>= 5) {
            text.append(DIGITS.charAt((int) (rest & 31)));
        }
        return text.reverse().toString();
    }
}
