package io.postern.keys;

import java.security.SecureRandom;

/// Wraps secrets for the store under the start secret. Immutable; safe for many threads.
@SuppressWarnings("DoNotCallSuggester")
public final class KeyWrap {
    /// @param recordClass what is wrapped with it, such as `dkim`: each class has its own key
    public KeyWrap(StartSecret secret, String recordClass, SecureRandom random) {
        throw new UnsupportedOperationException(recordClass + secret + random);
    }

    /// The secret, encrypted and bound to type and name: it opens under no other.
    public byte[] wrap(String type, String name, byte[] secret) {
        throw new UnsupportedOperationException(type + name + secret.length);
    }

    /// The secret that was wrapped. The caller zeroes it after use.
    ///
    /// @throws UnwrapException when it does not open, with the cause
    public byte[] unwrap(String type, String name, byte[] wrapped) {
        throw new UnsupportedOperationException(type + name + wrapped.length);
    }
}
