package io.postern.keys;

import java.security.PrivateKey;

/// A key that messages are signed with, decoded by the provider that signs with it.
///
/// @param signatureName for `Signature.getInstance`: `SHA256withRSA` or `Ed25519`
public record ReadySigningKey(DkimKey key, PrivateKey privateKey, String signatureName) {
    /// Without the private half.
    @Override
    public String toString() {
        return "ReadySigningKey[" + key.recordName() + "]";
    }
}
