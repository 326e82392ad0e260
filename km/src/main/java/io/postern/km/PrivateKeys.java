package io.postern.km;

import io.postern.km.secret.KmException;
import io.postern.km.secret.Secret;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;

/// Keys and certificates of their octets, by the first of the installed providers.
final class PrivateKeys {
    private PrivateKeys() {}

    /// @param pkcs8 stays the caller's to close
    static PrivateKey decode(String algorithm, Secret pkcs8) {
        var octets = pkcs8.copy();
        try {
            return KeyFactory.getInstance(algorithm)
                    .generatePrivate(new PKCS8EncodedKeySpec(octets));
        } catch (GeneralSecurityException e) {
            throw new KmException(
                    "a private key in the folder can't be read: restore it from a backup", e);
        } finally {
            Arrays.fill(octets, (byte) 0);
        }
    }

    static PublicKey decodePublic(String algorithm, byte[] octets) {
        try {
            return KeyFactory.getInstance(algorithm).generatePublic(new X509EncodedKeySpec(octets));
        } catch (GeneralSecurityException e) {
            throw new KmException(
                    "a public key in the folder can't be read: restore it from a backup", e);
        }
    }

    static X509Certificate certificate(byte[] der) {
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(der));
        } catch (GeneralSecurityException e) {
            throw new KmException(
                    "a certificate in the folder can't be read: restore it from a backup", e);
        }
    }

    static byte[] der(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was read has octets", e);
        }
    }
}
