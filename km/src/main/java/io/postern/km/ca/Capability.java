package io.postern.km.ca;

import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;

/// A cipher that the holder of a certificate can read, told in its `smimeCapabilities`. RFC 4262,
/// RFC 8551 §2.5.2: in order of preference.
public enum Capability {
    AES_256_GCM,
    AES_128_GCM,
    AES_256_CBC,
    AES_192_CBC,
    AES_128_CBC;

    /// What this gateway reads: for keys that it decrypts with.
    public static final List<Capability> GATEWAY =
            List.of(AES_256_GCM, AES_128_GCM, AES_256_CBC, AES_192_CBC, AES_128_CBC);

    /// What every client of today reads: for keys that people take home. GCM is not in it, for
    /// gpgsm 2.2, NSS before 3.100 and Outlook can't read it.
    public static final List<Capability> ANY_CLIENT =
            List.of(AES_256_CBC, AES_192_CBC, AES_128_CBC);

    ASN1ObjectIdentifier id() {
        return switch (this) {
            case AES_256_GCM -> NISTObjectIdentifiers.id_aes256_GCM;
            case AES_128_GCM -> NISTObjectIdentifiers.id_aes128_GCM;
            case AES_256_CBC -> NISTObjectIdentifiers.id_aes256_CBC;
            case AES_192_CBC -> NISTObjectIdentifiers.id_aes192_CBC;
            case AES_128_CBC -> NISTObjectIdentifiers.id_aes128_CBC;
        };
    }
}
