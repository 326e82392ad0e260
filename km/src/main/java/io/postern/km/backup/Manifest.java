package io.postern.km.backup;

import io.postern.km.audit.CanonicalJson;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import java.util.TreeMap;

/// What a backup says of itself, signed by the audit key of its vault.
///
/// @param vaultId of the vault
/// @param made when
/// @param auditSeq the last line of the audit in it
/// @param auditHead hash of that line, in hexadecimal digits
/// @param certificates how many there are
/// @param size of the database, in octets
/// @param sha256 of the database, in hexadecimal digits
public record Manifest(
        String vaultId,
        Instant made,
        long auditSeq,
        String auditHead,
        long certificates,
        long size,
        String sha256) {

    /// One line of canonical JSON (RFC 8785), without its end.
    public String text() {
        var object = new TreeMap<String, Object>();
        object.put("vault", vaultId);
        object.put("made", made.toString());
        object.put("audit-seq", auditSeq);
        object.put("audit-head", auditHead);
        object.put("certificates", certificates);
        object.put("size", size);
        object.put("sha256", sha256);
        return CanonicalJson.write(object);
    }

    /// The manifest that a line is, to the octet; empty for all else.
    public static Optional<Manifest> parse(String line) {
        return CanonicalJson.read(line)
                .flatMap(object -> {
                    if (object.get("vault") instanceof String vault
                            && object.get("made") instanceof String made
                            && object.get("audit-seq") instanceof Long seq
                            && object.get("audit-head") instanceof String head
                            && object.get("certificates") instanceof Long certificates
                            && object.get("size") instanceof Long size
                            && object.get("sha256") instanceof String sha256) {
                        try {
                            return Optional.of(
                                    new Manifest(
                                            vault,
                                            Instant.parse(made),
                                            seq,
                                            head,
                                            certificates,
                                            size,
                                            sha256));
                        } catch (DateTimeException e) {
                            return Optional.empty();
                        }
                    }
                    return Optional.<Manifest>empty();
                })
                .filter(manifest -> manifest.text().equals(line));
    }
}
