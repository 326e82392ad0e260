package io.postern.km.shares;

import io.postern.keys.Base32;
import io.postern.km.secret.Secret;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;

/// Splits a secret and puts it together again (Shamir, "How to share a secret", CACM 22:11, 1979).
///
/// For each octet of the secret there is a polynomial of degree threshold − 1 whose value at 0 is
/// that octet; share x has the values at x. What makes the set one is a name derived from the
/// secret: shares that do not belong together, or one that was forged, are found out.
public final class Shamir {
    /// More people than this have no use for one secret.
    public static final int MOST_SHARES = 32;

    /// Digits of the name of a set: 20 bits tell nothing of use about 256.
    private static final int SET_DIGITS = 4;

    private Shamir() {}

    /// What came of putting shares together.
    public sealed interface Combined {
        /// The caller closes it.
        record Ok(Secret secret) implements Combined {}

        /// They do not fit, or are too few.
        ///
        /// @param why names the share that is at fault, and the remedy
        record Bad(String why) implements Combined {}
    }

    /// As many shares as asked for, numbered from 1. The caller closes them.
    ///
    /// @param threshold how many are needed: at least 2, and fewer than there are
    /// @throws IllegalArgumentException when the numbers make no sense
    public static List<Share> split(Secret secret, int threshold, int count, SecureRandom random) {
        if (threshold < 2 || threshold >= count || count > MOST_SHARES) {
            throw new IllegalArgumentException(threshold + " of " + count);
        }
        var octets = secret.copy();
        var polynomials = new byte[octets.length][threshold];
        try {
            for (int i = 0; i < octets.length; i++) {
                random.nextBytes(polynomials[i]);
                polynomials[i][0] = octets[i];
            }
            var set = set(octets);
            var shares = new ArrayList<Share>(count);
            for (int x = 1; x <= count; x++) {
                var values = new byte[octets.length];
                for (int i = 0; i < values.length; i++) {
                    values[i] = (byte) value(polynomials[i], x);
                }
                shares.add(new Share(set, x, threshold, Secret.of(values)));
            }
            return List.copyOf(shares);
        } finally {
            Arrays.fill(octets, (byte) 0);
            for (var polynomial : polynomials) {
                Arrays.fill(polynomial, (byte) 0);
            }
        }
    }

    /// Horner's rule.
    private static int value(byte[] polynomial, int x) {
        int sum = 0;
        for (int i = polynomial.length - 1; i >= 0; i--) {
            sum = Field.multiply(sum, x) ^ (polynomial[i] & 0xff);
        }
        return sum;
    }

    /// The secret that shares hold. As many as the threshold are needed; more are checked too.
    public static Combined combine(List<Share> shares) {
        if (shares.isEmpty()) {
            return new Combined.Bad("no share was given");
        }
        var first = shares.getFirst();
        var seen = new HashMap<Integer, Share>();
        for (var share : shares) {
            if (!share.set().equals(first.set())
                    || share.threshold() != first.threshold()
                    || share.length() != first.length()) {
                return new Combined.Bad(
                        "%s and %s belong to different sets: bring shares of one set"
                                .formatted(first.name(), share.name()));
            }
            if (seen.put(share.number(), share) != null) {
                return new Combined.Bad(
                        share.name() + " was given twice: another share is needed beside it");
            }
        }
        int missing = first.threshold() - shares.size();
        if (missing > 0) {
            return new Combined.Bad(
                    "%d shares of set %s are needed, %d given: bring %d more"
                            .formatted(first.threshold(), first.set(), shares.size(), missing));
        }
        // With each choice that leaves the last ones out, so that a bad one among too many shows.
        var used = shares.subList(0, first.threshold());
        var secret = at(used, 0);
        for (var extra : shares.subList(first.threshold(), shares.size())) {
            var expected = at(used, extra.number());
            var given = extra.values().copy();
            boolean fits = Arrays.equals(expected, given);
            Arrays.fill(expected, (byte) 0);
            Arrays.fill(given, (byte) 0);
            if (!fits) {
                Arrays.fill(secret, (byte) 0);
                return new Combined.Bad(extra.name() + " does not fit the others: leave it out");
            }
        }
        if (!set(secret).equals(first.set())) {
            Arrays.fill(secret, (byte) 0);
            return new Combined.Bad(
                    "the shares do not fit together: one of %s is forged or altered; try others"
                            .formatted(String.join(", ", used.stream().map(Share::name).toList())));
        }
        return new Combined.Ok(Secret.of(secret));
    }

    /// Lagrange's interpolation of all octets at a place.
    private static byte[] at(List<Share> shares, int place) {
        var values = new byte[shares.getFirst().length()];
        for (var share : shares) {
            int weight = 1;
            for (var other : shares) {
                if (other.number() != share.number()) {
                    weight = Field.multiply(weight, place ^ other.number());
                    weight = Field.multiply(weight, Field.inverse(share.number() ^ other.number()));
                }
            }
            var its = share.values().copy();
            for (int i = 0; i < values.length; i++) {
                values[i] ^= (byte) Field.multiply(its[i] & 0xff, weight);
            }
            Arrays.fill(its, (byte) 0);
        }
        return values;
    }

    private static String set(byte[] secret) {
        var label = "postern/km/v1/share-set/".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        var both = Arrays.copyOf(label, label.length + secret.length);
        System.arraycopy(secret, 0, both, label.length, secret.length);
        var name = Base32.encode(Base32.sha256(both)).substring(0, SET_DIGITS);
        Arrays.fill(both, (byte) 0);
        return name;
    }
}
