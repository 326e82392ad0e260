package io.postern.km;

import io.postern.km.secret.Secret;

/// A PKCS #12 file to hand out, by another way than its passphrase.
///
/// @param certificate what is in it
/// @param pkcs12 the file; the caller closes it
public record KeyFile(CertificateView certificate, Secret pkcs12) implements AutoCloseable {
    // A name of 255 octets is the most, and a letter may take four.
    private static final int LONGEST = 48;

    /// A name for the file: address, usage and the first digits of the serial number.
    public String name() {
        return name(certificate);
    }

    static String name(CertificateView certificate) {
        return stem(certificate.address())
                + "-"
                + certificate.usage()
                + "-"
                + certificate.serial().substring(0, 8)
                + ".p12";
    }

    /// Of an address what every file system takes, and not so much that a name is too long.
    static String stem(String address) {
        var name = new StringBuilder();
        address.replaceAll("[^\\p{L}\\p{N}@._+-]", "_")
                .replaceFirst("^[.-]", "_")
                .codePoints()
                .limit(LONGEST)
                .forEach(name::appendCodePoint);
        return name.toString();
    }

    @Override
    public void close() {
        pkcs12.close();
    }
}
