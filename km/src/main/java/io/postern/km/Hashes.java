package io.postern.km;

import io.postern.keys.Base32;
import java.util.HexFormat;

/// Hashes as the audit and people have them.
final class Hashes {
    private Hashes() {}

    /// In hexadecimal digits.
    static String sha256(byte[] octets) {
        return HexFormat.of().formatHex(Base32.sha256(octets));
    }
}
