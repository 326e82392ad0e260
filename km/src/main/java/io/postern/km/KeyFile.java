package io.postern.km;

import io.postern.km.secret.Secret;

/// A PKCS #12 file to hand out, by another way than its passphrase.
///
/// @param certificate what is in it
/// @param pkcs12 the file; the caller closes it
public record KeyFile(CertificateView certificate, Secret pkcs12) implements AutoCloseable {
    /// A name for the file: address, usage and the first digits of the serial number.
    public String name() {
        var address = certificate.address().replaceAll("[^\\p{L}\\p{N}@._+-]", "_");
        return address
                + "-"
                + certificate.usage()
                + "-"
                + certificate.serial().substring(0, 8)
                + ".p12";
    }

    @Override
    public void close() {
        pkcs12.close();
    }
}
