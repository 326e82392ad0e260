package io.postern.gateway.guard;

import java.util.Locale;
import java.util.Optional;

/// What an account does in this hour and what it usually does in a busy one. Immutable.
///
/// The usual is a moving average of its hours that goes up by a fifth of what an hour had more, and
/// down only with time, by half in each half-life: an hour without mail, or a hundred of them, say
/// nothing about how much a mailing has. An hour is learned from when it is over, so that what is
/// too much has not become usual while it goes on.
///
/// @param hour since 1970
/// @param recipients in this hour
/// @param refused of them for good
/// @param usual recipients in a busy hour
/// @param usualRefused refused in a bad hour
record Habit(long hour, long recipients, long refused, double usual, double usualRefused) {
    /// The share of an hour's surplus that becomes usual.
    private static final double LEARNED = 0.2;

    /// A clock that is put on by a year must not forget what everybody usually does.
    private static final long LONGEST_GAP_HOURS = 31 * 24;

    static Habit none(long hour) {
        return new Habit(hour, 0, 0, 0, 0);
    }

    /// The same in a later hour; itself in this one, and when the clock was put back.
    ///
    /// @param halfLifeHours after which half of what was usual is forgotten
    Habit at(long now, double halfLifeHours) {
        if (now <= hour) {
            // Put back by more than an hour: this one goes on until the clock's next.
            return now + 1 < hour ? new Habit(now, recipients, refused, usual, usualRefused) : this;
        }
        double left = Math.pow(0.5, Math.min(now - hour, LONGEST_GAP_HOURS) / halfLifeHours);
        return new Habit(
                now,
                0,
                0,
                left * learned(usual, (double) recipients),
                left * learned(usualRefused, (double) refused));
    }

    private static double learned(double usual, double hour) {
        return hour > usual ? usual + LEARNED * (hour - usual) : usual;
    }

    Habit sent() {
        return new Habit(hour, recipients + 1, refused, usual, usualRefused);
    }

    Habit refusedMore(int number) {
        return new Habit(hour, recipients, refused + number, usual, usualRefused);
    }

    /// A new hour, after an operator looked at this one.
    ///
    /// @param asUsual what it had is usual from now on
    Habit forgiven(boolean asUsual) {
        return new Habit(
                hour,
                0,
                0,
                asUsual ? Math.max(usual, (double) recipients) : usual,
                asUsual ? Math.max(usualRefused, (double) refused) : usualRefused);
    }

    /// Whether forgetting it would change nothing: what is usual stays below what is never too
    /// much.
    boolean negligible(long now, Thresholds thresholds) {
        return now > hour
                && usual * thresholds.factor() < thresholds.recipients()
                && usualRefused * thresholds.factor() < thresholds.refused();
    }

    /// What is too much.
    ///
    /// @param factor times the usual
    /// @param recipients in an hour that are never too much
    /// @param refused of them that are never too much
    record Thresholds(int factor, int recipients, int refused) {}

    /// Why this is too much; empty when it is not.
    Optional<String> tooMuch(Thresholds thresholds) {
        double most = Math.max(thresholds.recipients(), thresholds.factor() * usual);
        if (recipients > most) {
            return Optional.of(words(recipients, "recipients", usual, most));
        }
        double mostRefused = Math.max(thresholds.refused(), thresholds.factor() * usualRefused);
        return refused > mostRefused
                ? Optional.of(words(refused, "refused recipients", usualRefused, mostRefused))
                : Optional.empty();
    }

    private static String words(long number, String what, double usual, double most) {
        return String.format(
                Locale.ROOT,
                "%d %s in an hour, usual are %.0f (at most %.0f)",
                number,
                what,
                usual,
                most);
    }

    /// As it is written down.
    String text() {
        return String.format(
                Locale.ROOT, "%d %d %d %.3f %.3f", hour, recipients, refused, usual, usualRefused);
    }

    /// Empty when it is not one of ours: another version's, or damaged.
    static Optional<Habit> of(String text) {
        var parts = text.split(" ", -1);
        if (parts.length != 5) {
            return Optional.empty();
        }
        try {
            var habit =
                    new Habit(
                            Long.parseLong(parts[0]),
                            Long.parseLong(parts[1]),
                            Long.parseLong(parts[2]),
                            Double.parseDouble(parts[3]),
                            Double.parseDouble(parts[4]));
            return habit.recipients >= 0
                            && habit.refused >= 0
                            && habit.usual >= 0
                            && habit.usualRefused >= 0
                    ? Optional.of(habit)
                    : Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
