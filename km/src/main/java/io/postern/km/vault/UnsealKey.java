package io.postern.km.vault;

import io.postern.keys.Base32;
import io.postern.km.secret.Secret;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.regex.Pattern;

/// The machine-made secret that opens a vault: 256 random bits. Printed as `postern-unseal-1 K7QX
/// AAAA-…-DDDD`: the vault that it is of, and base 32 with a check.
public final class UnsealKey implements AutoCloseable {
    /// How the printed form begins.
    public static final String PREFIX = "postern-unseal-1";

    private static final int LENGTH = 32;
    private static final int DIGITS = (LENGTH * 8 + 4) / 5;
    private static final int CHECK = 8;
    private static final int LONGEST = 300;
    private static final Pattern FORM =
            Pattern.compile("(?i)" + PREFIX + "\\s++([A-Z0-9]{4})\\s++([\\w\\s-]++)");

    private final String vault;
    private final Secret octets;

    private UnsealKey(String vault, Secret octets) {
        this.vault = vault;
        this.octets = octets;
    }

    /// A new one. The caller closes it.
    ///
    /// @param vault the name of the vault, as [Slots#vaultName] gives
    static UnsealKey make(String vault, SecureRandom random) {
        return new UnsealKey(vault, Secret.random(LENGTH, random));
    }

    /// What came of reading a printed key.
    public sealed interface Parsed {
        /// The caller closes it.
        record Ok(UnsealKey key) implements Parsed {}

        /// Mistyped.
        ///
        /// @param why with the remedy; nothing secret
        record Bad(String why) implements Parsed {}
    }

    /// Reads the printed form; case, blanks and hyphens within the groups do not matter.
    public static Parsed parse(String text) {
        var bare = text.strip();
        if (bare.isEmpty()) {
            return new Parsed.Bad("no unseal key was typed");
        }
        var match = FORM.matcher(bare.length() > LONGEST ? "" : bare);
        if (!match.matches()) {
            return new Parsed.Bad(
                    "that is no unseal key: type it whole, from the word "
                            + PREFIX
                            + " to the last group");
        }
        var vault = Base32.typed(match.group(1));
        var digits = Base32.typed(match.group(2));
        if (digits.length() != DIGITS + CHECK) {
            return new Parsed.Bad(
                    "the unseal key is mistyped: it has %d characters after the vault's name, and should have %d"
                            .formatted(digits.length(), DIGITS + CHECK));
        }
        var octets = Base32.decode(digits.substring(0, DIGITS));
        if (octets.isEmpty()
                || !check(vault, digits.substring(0, DIGITS)).equals(digits.substring(DIGITS))) {
            return new Parsed.Bad(
                    "the unseal key is mistyped: compare each group of four with what was written down");
        }
        return new Parsed.Ok(new UnsealKey(vault, Secret.of(octets.get())));
    }

    /// The form to write down or print; [#parse] takes it back.
    public String printed() {
        var all = octets.copy();
        var digits = Base32.encode(all);
        Arrays.fill(all, (byte) 0);
        return PREFIX + " " + vault + " " + Base32.grouped(digits + check(vault, digits));
    }

    private static String check(String vault, String digits) {
        return Base32.check(PREFIX + "|" + vault + "|" + digits, CHECK);
    }

    /// The name of the vault it is of.
    String vault() {
        return vault;
    }

    Secret octets() {
        return octets;
    }

    /// Zeroes it.
    @Override
    public void close() {
        octets.close();
    }

    /// Masked.
    @Override
    public String toString() {
        return "UnsealKey[of " + vault + "]";
    }
}
