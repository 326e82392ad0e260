package io.postern.auth.dkim;

import io.postern.mail.Domain;
import java.security.PrivateKey;
import java.security.interfaces.EdECPrivateKey;
import java.security.interfaces.RSAKey;
import java.security.spec.NamedParameterSpec;

/// A private key and the name under which its public half is published.
///
/// @param signingDomain the SDID, `d=`
/// @param selector `s=`: one or more labels, A-labels in lower case
/// @param algorithm RSA_SHA256 or ED25519_SHA256
/// @param key an RSA key of 2048 to 4096 bits, or an Ed25519 key; never printed
public record SigningKey(
        Domain signingDomain, String selector, DkimAlgorithm algorithm, PrivateKey key) {
    /// RFC 8301 §3.2: signers SHOULD use at least 2048 bits, and verifiers need not take over 4096.
    private static final int MIN_RSA_BITS = 2048;

    private static final int MAX_RSA_BITS = 4096;

    /// @throws IllegalArgumentException when the selector is no name, the key does not fit the
    ///   algorithm, or is too short or too long: check [#problem] first where an operator gives it
    public SigningKey {
        selector = Domain.of(selector).name();
        var problem = problem(algorithm, key);
        if (!problem.isEmpty()) {
            throw new IllegalArgumentException(problem);
        }
    }

    /// Why the key can't sign with that algorithm, in a few words; empty when it can.
    public static String problem(DkimAlgorithm algorithm, PrivateKey key) {
        return switch (algorithm) {
            case RSA_SHA1 -> "rsa-sha1 must not be used for signing (RFC 8301)";
            case RSA_SHA256 ->
                    key instanceof RSAKey rsa ? rsaProblem(rsa) : "not an RSA key: " + kind(key);
            case ED25519_SHA256 -> isEd25519(key) ? "" : "not an Ed25519 key: " + kind(key);
        };
    }

    private static String rsaProblem(RSAKey rsa) {
        int bits = rsa.getModulus().bitLength();
        return bits < MIN_RSA_BITS || bits > MAX_RSA_BITS
                ? "RSA key of " + bits + " bits; 2048 to 4096 can sign"
                : "";
    }

    /// Some providers' keys are no [EdECPrivateKey]; their algorithm's name must do.
    private static boolean isEd25519(PrivateKey key) {
        var curve = NamedParameterSpec.ED25519.getName();
        return key instanceof EdECPrivateKey ed
                ? ed.getParams().getName().equals(curve)
                : kind(key).equals(curve) || kind(key).equals("EdDSA");
    }

    private static String kind(PrivateKey key) {
        return String.valueOf(key.getAlgorithm());
    }

    /// The DNS name of the key record. RFC 6376 §3.6.2.1.
    public String dnsName() {
        return selector + "._domainkey." + signingDomain;
    }

    @Override
    public String toString() {
        return algorithm.tag() + " " + dnsName();
    }
}
