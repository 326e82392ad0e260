package io.postern.auth.dkim;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.Base64;

/// Keys made once for all tests.
public final class TestKeys {
    public static final KeyPair RSA_2048 = make("RSA", 2048);
    public static final KeyPair RSA_1024 = make("RSA", 1024);
    public static final KeyPair RSA_512 = make("RSA", 512);
    public static final KeyPair ED25519 = make("Ed25519", 0);

    private TestKeys() {}

    private static KeyPair make(String algorithm, int bits) {
        try {
            var generator = KeyPairGenerator.getInstance(algorithm);
            if (bits > 0) {
                generator.initialize(bits);
            }
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /// The TXT record of a key.
    public static String record(KeyPair pair) {
        var encoded = pair.getPublic().getEncoded();
        return pair.getPublic() instanceof RSAPublicKey
                ? "v=DKIM1; k=rsa; p=" + base64(encoded)
                : "v=DKIM1; k=ed25519; p="
                        + base64(Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length));
    }

    public static String base64(byte[] octets) {
        return Base64.getEncoder().encodeToString(octets);
    }
}
