package io.postern.km.shares;

import io.postern.keys.Base32;
import io.postern.km.secret.Secret;
import java.util.Locale;
import java.util.regex.Pattern;

/// One person's share of a secret. Printed as `postern-share-1 2-3-K7QX AAAA-BBBB-…-CCCC-DDDD`:
/// share 2, three are needed, set K7QX; then 32 octets in base 32 and two groups of check over all
/// of it.
public final class Share implements AutoCloseable {
    /// How the printed form begins.
    public static final String PREFIX = "postern-share-1";

    /// Octets of the secrets that have a printed form.
    static final int LENGTH = 32;

    private static final int DIGITS = (LENGTH * 8 + 4) / 5;
    private static final int CHECK = 8;
    private static final int LONGEST = 300;
    private static final Pattern FORM =
            Pattern.compile(
                    "(?i)" + PREFIX + "\\s++(\\w{1,3})-(\\w{1,3})-([A-Z0-9]{4})\\s++([\\w\\s-]++)");

    private static final Pattern DIGITS_ONLY = Pattern.compile("[0-9]++");

    private final String set;
    private final int number;
    private final int threshold;
    private final Secret values;

    Share(String set, int number, int threshold, Secret values) {
        this.set = set;
        this.number = number;
        this.threshold = threshold;
        this.values = values;
    }

    /// What came of reading a printed share.
    public sealed interface Parsed {
        /// The caller closes it.
        record Ok(Share share) implements Parsed {}

        /// Mistyped.
        ///
        /// @param why names the share as far as it can be read, and the remedy; nothing secret
        record Bad(String why) implements Parsed {}
    }

    /// Reads the printed form; case, blanks and hyphens within the groups do not matter.
    public static Parsed parse(String text) {
        var bare = text.strip();
        if (bare.isEmpty()) {
            return new Parsed.Bad("no share was typed");
        }
        var match = FORM.matcher(bare.length() > LONGEST ? "" : bare);
        if (!match.matches()) {
            return new Parsed.Bad(
                    "that is no share: type it whole, from the word "
                            + PREFIX
                            + " to the last group");
        }
        if (!DIGITS_ONLY.matcher(match.group(1) + match.group(2)).matches()) {
            return new Parsed.Bad(
                    "the share is mistyped: "
                            + PREFIX
                            + " is followed by two numbers and the set, such as 2-3-K7QX");
        }
        int number = Integer.parseInt(match.group(1));
        int threshold = Integer.parseInt(match.group(2));
        var set = Base32.typed(match.group(3));
        var name = name(number, set);
        if (number < 1 || number > Shamir.MOST_SHARES || threshold < 2) {
            return new Parsed.Bad(name + " is mistyped: no share has these numbers");
        }
        var digits = Base32.typed(match.group(4));
        if (digits.length() != DIGITS + CHECK) {
            return new Parsed.Bad(
                    "%s is mistyped: it has %d characters after the set, and should have %d"
                            .formatted(name, digits.length(), DIGITS + CHECK));
        }
        var body = digits.substring(0, DIGITS);
        var octets = Base32.decode(body);
        if (octets.isEmpty()
                || !check(set, number, threshold, body).equals(digits.substring(DIGITS))) {
            return new Parsed.Bad(
                    name + " is mistyped: compare its number, its set and each group of four");
        }
        return new Parsed.Ok(new Share(set, number, threshold, Secret.of(octets.get())));
    }

    /// The form to write down or print; [#parse] takes it back.
    public String printed() {
        var octets = values.copy();
        var body = Base32.encode(octets);
        java.util.Arrays.fill(octets, (byte) 0);
        return "%s %d-%d-%s %s"
                .formatted(
                        PREFIX,
                        number,
                        threshold,
                        set,
                        Base32.grouped(body + check(set, number, threshold, body)));
    }

    private static String check(String set, int number, int threshold, String body) {
        return Base32.check(
                String.join("|", PREFIX, set, number + "", threshold + "", body)
                        .toLowerCase(Locale.ROOT),
                CHECK);
    }

    /// Which set it belongs to: four characters.
    public String set() {
        return set;
    }

    /// From 1.
    public int number() {
        return number;
    }

    /// How many of the set are needed.
    public int threshold() {
        return threshold;
    }

    /// What to call it when talking to people.
    public String name() {
        return name(number, set);
    }

    private static String name(int number, String set) {
        return "share " + number + " of set " + set;
    }

    int length() {
        return values.length();
    }

    Secret values() {
        return values;
    }

    /// Zeroes it.
    @Override
    public void close() {
        values.close();
    }

    /// Its name; nothing of the secret.
    @Override
    public String toString() {
        return "Share[" + name() + "]";
    }
}
