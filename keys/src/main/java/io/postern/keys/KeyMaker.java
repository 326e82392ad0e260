package io.postern.keys;

import java.security.SecureRandom;

/// Where new keys come from.
interface KeyMaker {
    KeyMaker REAL = KeyMaterial::generate;

    /// A new key of that type.
    ///
    /// @param bits of an RSA key
    KeyMaterial make(KeyType type, int bits, SecureRandom random);
}
