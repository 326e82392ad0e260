package io.postern.km.ca;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.stream.IntStream;

/// Keys that must not be certified.
final class WeakKeys {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final BigInteger F4 = BigInteger.valueOf(65537);

    private WeakKeys() {}

    static PublicKey rsa1024() throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(1024, RANDOM);
        return generator.generateKeyPair().getPublic();
    }

    static PublicKey exponent(long exponent) throws GeneralSecurityException {
        return rsa(
                BigInteger.probablePrime(1024, RANDOM)
                        .multiply(BigInteger.probablePrime(1025, RANDOM)),
                BigInteger.valueOf(exponent));
    }

    static PublicKey smallFactor() throws GeneralSecurityException {
        return rsa(BigInteger.valueOf(751).multiply(BigInteger.probablePrime(2040, RANDOM)), F4);
    }

    static PublicKey closePrimes() throws GeneralSecurityException {
        var p = BigInteger.probablePrime(1025, RANDOM);
        return rsa(p.multiply(p.add(BigInteger.TWO.pow(500)).nextProbablePrime()), F4);
    }

    static PublicKey square() throws GeneralSecurityException {
        return rsa(BigInteger.probablePrime(1025, RANDOM).pow(2), F4);
    }

    /// As the library of CVE-2017-15361 chose primes: k * M + (65537^a mod M).
    static PublicKey roca() throws GeneralSecurityException {
        return rsa(rocaPrime().multiply(rocaPrime()), F4);
    }

    private static BigInteger rocaPrime() {
        var m =
                IntStream.rangeClosed(2, 167)
                        .mapToObj(BigInteger::valueOf)
                        .filter(n -> n.isProbablePrime(40))
                        .reduce(BigInteger.ONE, BigInteger::multiply);
        while (true) {
            var rest = F4.modPow(new BigInteger(200, RANDOM), m);
            var k = new BigInteger(1026 - m.bitLength(), RANDOM).setBit(1025 - m.bitLength());
            var prime = k.multiply(m).add(rest);
            if (prime.isProbablePrime(40)) {
                return prime;
            }
        }
    }

    static PublicKey curve(String name) throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(name), RANDOM);
        return generator.generateKeyPair().getPublic();
    }

    static PublicKey ed25519() throws GeneralSecurityException {
        return KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPublic();
    }

    private static PublicKey rsa(BigInteger modulus, BigInteger exponent)
            throws GeneralSecurityException {
        return KeyFactory.getInstance("RSA")
                .generatePublic(new RSAPublicKeySpec(modulus, exponent));
    }
}
