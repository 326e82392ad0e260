package io.postern.km.ca;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.util.Optional;
import java.util.stream.IntStream;

/// Whether a public key is good enough to be certified. CA/B S/MIME BR 6.1.1.3, 6.1.5, 6.1.6.
public final class KeyStrength {
    private static final int RSA_LEAST = 2048;
    // Beyond it each verification costs a receiver milliseconds; nobody uses such keys for mail.
    private static final int RSA_MOST = 8192;
    private static final int RSA_AUTHORITY = 4096;
    private static final BigInteger F4 = BigInteger.valueOf(65537);
    private static final int EXPONENT_BITS = 256;
    // BR 6.1.6: no factors smaller than 752.
    private static final int SMALL = 752;
    // BR 6.1.1.3: a hundred rounds of Fermat's factorization find primes that are too close.
    private static final int FERMAT_ROUNDS = 100;
    private static final int[] PRIMES =
            IntStream.range(3, SMALL)
                    .filter(n -> BigInteger.valueOf(n).isProbablePrime(40))
                    .toArray();
    // ROCA (CVE-2017-15361): the moduli of that library are powers of 65537 modulo each of the
    // first primes, up to 167.
    private static final int ROCA_LAST = 167;

    private KeyStrength() {}

    /// What is wrong with a subscriber's key, and what would be right; empty when nothing is.
    public static Optional<String> ofSubscriber(PublicKey key) {
        return switch (key) {
            case RSAPublicKey rsa -> rsa(rsa, RSA_LEAST);
            case ECPublicKey ec ->
                    onCurve(ec, "secp256r1") || onCurve(ec, "secp384r1")
                            ? Optional.empty()
                            : Optional.of(
                                    "the EC key is no point of P-256 or P-384, which are taken here");
            default ->
                    Optional.of(
                            "keys of "
                                    + key.getAlgorithm()
                                    + " are not taken: RSA of 2048 bits and more, P-256 or P-384");
        };
    }

    /// The same of an authority's key: RSA of 4096 bits and more (ballot SMC017) or P-384.
    public static Optional<String> ofAuthority(PublicKey key) {
        return switch (key) {
            case RSAPublicKey rsa -> rsa(rsa, RSA_AUTHORITY);
            case ECPublicKey ec when onCurve(ec, "secp384r1") -> Optional.empty();
            default ->
                    Optional.of(
                            "an authority's key is RSA of 4096 bits and more, or P-384; this is "
                                    + key.getAlgorithm());
        };
    }

    private static Optional<String> rsa(RSAPublicKey key, int least) {
        var modulus = key.getModulus();
        int bits = modulus.bitLength();
        if (bits < least || bits > RSA_MOST) {
            return Optional.of(
                    "RSA of "
                            + bits
                            + " bits is not taken: "
                            + least
                            + " to "
                            + RSA_MOST
                            + " bits");
        }
        var exponent = key.getPublicExponent();
        if (exponent.compareTo(F4) < 0
                || !exponent.testBit(0)
                || exponent.bitLength() > EXPONENT_BITS) {
            return Optional.of(
                    "the RSA exponent must be odd and from 65537 to 2^256; make the key anew with 65537");
        }
        if (!modulus.testBit(0) || smallFactor(modulus) || close(modulus) || roca(modulus)) {
            return Optional.of(
                    "the RSA modulus can be factored: its key was made by a faulty program; make it anew");
        }
        return Optional.empty();
    }

    private static boolean smallFactor(BigInteger modulus) {
        return IntStream.of(PRIMES).anyMatch(p -> rest(modulus, p) == 0);
    }

    private static boolean close(BigInteger modulus) {
        var root = modulus.sqrt();
        if (root.multiply(root).equals(modulus)) {
            return true;
        }
        for (int i = 0; i < FERMAT_ROUNDS; i++) {
            root = root.add(BigInteger.ONE);
            var difference = root.multiply(root).subtract(modulus);
            var other = difference.sqrt();
            if (other.multiply(other).equals(difference)) {
                return true;
            }
        }
        return false;
    }

    private static boolean roca(BigInteger modulus) {
        return IntStream.of(PRIMES)
                .takeWhile(p -> p <= ROCA_LAST)
                .allMatch(p -> power(rest(modulus, p), p));
    }

    private static boolean power(int rest, int prime) {
        int generator = 65537 % prime;
        int value = 1;
        for (int i = 0; i < prime; i++) {
            if (value == rest) {
                return true;
            }
            value = value * generator % prime;
        }
        return false;
    }

    private static int rest(BigInteger modulus, int prime) {
        return modulus.mod(BigInteger.valueOf(prime)).intValue();
    }

    /// The curve is compared with its parameters, not by a name that comes with them
    /// (CVE-2020-0601), and the point must lie on it: NIST SP 800-56A §5.6.2.3.4, partial check,
    /// which is whole for curves of cofactor one.
    private static boolean onCurve(ECPublicKey key, String name) {
        var named = curve(name);
        var given = key.getParams();
        var point = key.getW();
        if (!given.getCurve().equals(named.getCurve())
                || !given.getGenerator().equals(named.getGenerator())
                || !given.getOrder().equals(named.getOrder())
                || point.equals(ECPoint.POINT_INFINITY)
                || !(named.getCurve().getField() instanceof ECFieldFp field)) {
            return false;
        }
        var p = field.getP();
        var x = point.getAffineX();
        var y = point.getAffineY();
        if (x.signum() < 0 || x.compareTo(p) >= 0 || y.signum() < 0 || y.compareTo(p) >= 0) {
            return false;
        }
        var right =
                x.pow(3)
                        .add(named.getCurve().getA().multiply(x))
                        .add(named.getCurve().getB())
                        .mod(p);
        return y.multiply(y).mod(p).equals(right);
    }

    private static ECParameterSpec curve(String name) {
        try {
            var parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec(name));
            return parameters.getParameterSpec(ECParameterSpec.class);
        } catch (GeneralSecurityException e) {
            throw new CaException("no provider has the curve " + name, e);
        }
    }
}
