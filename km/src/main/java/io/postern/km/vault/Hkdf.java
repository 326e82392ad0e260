package io.postern.km.vault;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.KDF;
import javax.crypto.spec.HKDFParameterSpec;

/// HKDF-SHA256 (RFC 5869) of secrets that are uniform already: no salt is needed (§3.1).
final class Hkdf {
    private Hkdf() {}

    /// The caller zeroes what it gets.
    ///
    /// @param secret zeroed by this
    static byte[] derive(byte[] secret, String purpose, int length) {
        try {
            return KDF.getInstance("HKDF-SHA256")
                    .deriveData(
                            HKDFParameterSpec.ofExtract()
                                    .addIKM(secret)
                                    .thenExpand(
                                            ("postern/km/v1/" + purpose)
                                                    .getBytes(StandardCharsets.UTF_8),
                                            length));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK 25 has HKDF-SHA256", e);
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }
}
