package io.postern.km;

import io.postern.km.secret.Secret;

/// The issuing authority with its key, to hand out by another way than its passphrase.
///
/// @param pkcs12 the file: key, certificate and the root's certificate; the caller closes it
/// @param passphrase machine-made: 25 characters of base 32, 125 bits
public record ExportedAuthority(Secret pkcs12, Secret passphrase) implements AutoCloseable {
    @Override
    public void close() {
        pkcs12.close();
        passphrase.close();
    }
}
