package io.postern.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.Signature;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("RFC 6376 §3.3, RFC 8463: who computes")
class CryptoProvidersTest {
    @ParameterizedTest(name = "{0}: made before and after installing, signed by the one in use")
    @EnumSource(KeyType.class)
    void signs(KeyType type) throws GeneralSecurityException {
        var random = new SecureRandom();
        var before = KeyMaterial.generate(type, 2048, random);
        var inUse = CryptoProviders.install();
        assertEquals(inUse, CryptoProviders.install(), "idempotent");
        assertFalse(inUse.reason().isEmpty());
        var after = KeyMaterial.generate(type, 2048, random);
        for (var material : new KeyMaterial[] {before, after}) {
            var decoded = KeyMaterial.decode(type, material.privateKey().getEncoded());
            var signer = Signature.getInstance(type.signatureName());
            signer.initSign(decoded);
            signer.update(new byte[1000]);
            assertEquals(type == KeyType.RSA ? 256 : 64, signer.sign().length);
            assertEquals(inUse.accelerated(), signer.getProvider().getName().startsWith("Amazon"));
        }
    }
}
