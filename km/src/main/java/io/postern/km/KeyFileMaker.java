package io.postern.km;

import io.postern.km.ca.Pkcs12;
import io.postern.km.secret.Secret;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;

/// Makes PKCS #12 files; any number of threads.
///
/// @param chain of the authorities, the issuing one first
record KeyFileMaker(List<X509Certificate> chain, SecureRandom random) {
    static KeyFileMaker of(Desk desk) {
        return new KeyFileMaker(
                desk.database()
                        .transaction(on ->
                                List.of(
                                        OpenVault.authority(on, "ca"),
                                        OpenVault.authority(on, "root"))),
                desk.world().random());
    }

    KeyFile file(CertificateView view, Pkcs12.Entry entry, Secret passphrase, Pkcs12.Form form) {
        return new KeyFile(view, pkcs12(List.of(entry), passphrase, form));
    }

    Secret pkcs12(List<Pkcs12.Entry> entries, Secret passphrase, Pkcs12.Form form) {
        var characters = passphrase.characters();
        try {
            return Secret.of(Pkcs12.write(entries, chain, characters, form, random));
        } finally {
            Arrays.fill(characters, '\0');
        }
    }
}
