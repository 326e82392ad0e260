package io.postern.km.ca;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;

/// A kind of key that is made here. CA/B S/MIME BR 6.1.5 allows more; these are what every client
/// reads.
public enum KeyKind {
    /// Subscribers, by default.
    RSA_3072,
    /// Authorities (at least 4096 bits after 2026-09-15: ballot SMC017).
    RSA_4096,
    /// Subscribers and OCSP responders. Not for gpgsm 2.2, which can't import such keys.
    P_256,
    /// Authorities.
    P_384;

    /// A new pair. RSA takes a third of a second and more; the first of the installed providers
    /// computes.
    public KeyPair generate(SecureRandom random) {
        try {
            var generator = KeyPairGenerator.getInstance(isRsa() ? "RSA" : "EC");
            generator.initialize(parameters(), random);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new CaException("no provider makes keys of kind " + this, e);
        }
    }

    /// Whether an authority's key may be of this kind.
    public boolean fitsAuthority() {
        return this == RSA_4096 || this == P_384;
    }

    private boolean isRsa() {
        return this == RSA_3072 || this == RSA_4096;
    }

    private AlgorithmParameterSpec parameters() {
        return switch (this) {
            case RSA_3072 -> new RSAKeyGenParameterSpec(3072, RSAKeyGenParameterSpec.F4);
            case RSA_4096 -> new RSAKeyGenParameterSpec(4096, RSAKeyGenParameterSpec.F4);
            case P_256 -> new ECGenParameterSpec("secp256r1");
            case P_384 -> new ECGenParameterSpec("secp384r1");
        };
    }
}
