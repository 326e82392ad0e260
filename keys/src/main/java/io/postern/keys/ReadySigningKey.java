package io.postern.keys;

import java.security.PrivateKey;

/// A key that messages are signed with, decoded by the provider that signs with it. Any number of
/// threads may sign with it at once.
public record ReadySigningKey(DkimKey key, PrivateKey privateKey) {
    /// Without the private half.
    @Override
    public String toString() {
        return "ReadySigningKey[" + key.recordName() + "]";
    }
}
