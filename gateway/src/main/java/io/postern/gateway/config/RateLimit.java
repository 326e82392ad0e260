package io.postern.gateway.config;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/// How much of something may come in how long: `100/1m`, `1 GiB/1d`, `100/1h burst 500`.
///
/// @param amount what comes back in one span: 1 to a million millions
/// @param span 1 second to 31 days
/// @param burst what may come at once after a long rest; at least 1
/// @param octets whether the amounts are written as sizes
public record RateLimit(long amount, Duration span, long burst, boolean octets) {
    private static final Pattern FORM =
            Pattern.compile("([^/]{1,20})/([0-9a-z]{1,20})(?: burst ([^/]{1,20}))?");
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,12}");

    private static final long MOST = 1_000_000_000_000L;
    private static final Duration LONGEST = Duration.ofDays(31);

    /// A bucket that takes longer to fill could not be told from one that never does, and its time
    /// in nanoseconds must fit a long many times over.
    private static final Duration LONGEST_FILL = Duration.ofDays(366);

    /// The limit of such a text; empty when it is not one, or out of range.
    public static Optional<RateLimit> parse(String text) {
        var matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        var amount = amount(matcher.group(1));
        var span = Durations.parse(matcher.group(2));
        var burst = matcher.group(3) == null ? amount : amount(matcher.group(3));
        if (amount.isEmpty() || span.isEmpty() || burst.isEmpty()) {
            return Optional.empty();
        }
        var limit =
                new RateLimit(
                        amount.get(),
                        span.get(),
                        burst.get(),
                        !NUMBER.matcher(matcher.group(1)).matches());
        return limit.inRange() ? Optional.of(limit) : Optional.empty();
    }

    private static Optional<Long> amount(String text) {
        return ByteSize.parse(text).map(ByteSize::bytes);
    }

    private boolean inRange() {
        return amount >= 1
                && amount <= MOST
                && burst >= 1
                && burst <= MOST
                && span.compareTo(Duration.ofSeconds(1)) >= 0
                && span.compareTo(LONGEST) <= 0
                && nanosPerUnit() * burst <= LONGEST_FILL.toNanos();
    }

    /// The time in which one unit comes back.
    public double nanosPerUnit() {
        return (double) span.toNanos() / amount;
    }

    /// As it would stand in the file.
    @Override
    public String toString() {
        return print(amount)
                + "/"
                + Durations.print(span)
                + (burst == amount ? "" : " burst " + print(burst));
    }

    private String print(long units) {
        return octets ? new ByteSize(units).toString() : Long.toString(units);
    }
}
