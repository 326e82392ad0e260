package io.postern.auth.dkim;

import java.security.NoSuchAlgorithmException;
import java.security.Signature;

/// Makes the primitive that signs or verifies, so that the caller chooses the security provider.
/// Safe for many threads.
@FunctionalInterface
public interface SignatureFactory {
    /// The first provider that has the algorithm, in the platform's order.
    SignatureFactory PLATFORM = Signature::getInstance;

    /// A fresh primitive.
    ///
    /// @param algorithm a standard name: `SHA256withRSA`, `SHA1withRSA` or `Ed25519`
    /// @throws NoSuchAlgorithmException when no provider has it
    Signature create(String algorithm) throws NoSuchAlgorithmException;
}
