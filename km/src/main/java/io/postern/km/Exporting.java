package io.postern.km;

import io.postern.km.ca.Pkcs12;
import io.postern.km.secret.KmException;
import io.postern.km.secret.Secret;
import java.util.Arrays;
import java.util.List;

/// Gives the issuing authority out of the vault. The vault must have been opened with the shares.
final class Exporting {
    private final OpenVault vault;
    private final Desk desk;

    Exporting(OpenVault vault) {
        this.vault = vault;
        desk = vault.desk();
    }

    ExportedAuthority export(Pkcs12.Form form) {
        if (!desk.database().transaction(EscrowKeys::guarded) || vault.keys().guarded().isEmpty()) {
            throw new KmException(
                    "the authority is exported with the shares, not with one person's key: give them with --share-file, or type them when asked; make them with `postern km slots add --shares 2/3`");
        }
        var issuer = desk.act(Request.of(Acts.exportAuthority()), vault::issuer);
        var root = desk.database().transaction(on -> OpenVault.authority(on, "root"));
        var passphrase = KeyFiles.newPassphrase(desk.world().random());
        var characters = passphrase.characters();
        try {
            return new ExportedAuthority(
                    Secret.of(
                            Pkcs12.write(
                                    List.of(
                                            new Pkcs12.Entry(
                                                    issuer.key(),
                                                    issuer.certificate(),
                                                    issuer.certificate()
                                                            .getSubjectX500Principal()
                                                            .getName())),
                                    List.of(root),
                                    characters,
                                    form,
                                    desk.world().random())),
                    passphrase);
        } finally {
            Arrays.fill(characters, '\0');
        }
    }
}
