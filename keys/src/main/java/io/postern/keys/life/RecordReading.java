package io.postern.keys.life;

import io.postern.auth.dkim.HashAlgorithm;
import io.postern.auth.dkim.KeyRecord;
import io.postern.auth.text.Visible;
import io.postern.keys.DkimKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// Compares TXT records with the key that they should show. Pure.
public final class RecordReading {
    private static final Pattern BASE64 = Pattern.compile("[A-Za-z0-9+/]*+={0,2}");

    private RecordReading() {}

    /// What is found.
    ///
    /// @param faults why the record can't be used; empty when it can
    /// @param remarks what does no harm yet
    public record Read(List<Finding> faults, List<Finding> remarks) {}

    /// Reads what is at a name where the public key should be.
    ///
    /// @param name for people
    /// @param texts the TXT records, at least one, each joined
    /// @param ours all keys of the domain
    public static Read key(DkimKey key, String name, List<String> texts, List<DkimKey> ours) {
        if (texts.size() == 1) {
            return one(key, name, texts.getFirst(), ours);
        }
        // Whoever writes here puts one record in place of all of them.
        return texts.stream()
                .flatMap(text -> one(key, name, text, ours).faults().stream())
                .filter(finding -> finding.kind() == Finding.Kind.FOREIGN_KEY)
                .findFirst()
                .map(RecordReading::fault)
                .orElseGet(() -> fault(several(key, name, texts)));
    }

    private static Read one(DkimKey key, String name, String text, List<DkimKey> ours) {
        return switch (KeyRecord.parse(text)) {
            case KeyRecord.Parsed.Bad(var why) -> fault(unreadable(name, text, why));
            case KeyRecord.Parsed.Ok(var record) ->
                    BASE64.matcher(record.publicKey()).matches()
                            ? one(key, name, record, ours)
                            : fault(unreadable(name, text, "p= is not base64"));
        };
    }

    /// Whether these records say that no key is there, or that it is void; what they say instead
    /// otherwise.
    public static Optional<Finding> withdrawn(DkimKey key, String name, List<String> texts) {
        for (var text : texts) {
            if (KeyRecord.parse(text) instanceof KeyRecord.Parsed.Ok(var record)
                    && record.publicKey().equals(key.publicKey())) {
                return Optional.of(
                        new Finding(
                                Finding.Kind.NOT_WITHDRAWN,
                                name + " still shows the key that should be void"));
            }
        }
        return Optional.empty();
    }

    private static Finding several(DkimKey key, String name, List<String> texts) {
        var whole = key.recordText();
        boolean pieces =
                texts.stream()
                                .filter(text -> !text.isEmpty() && !text.equals(whole))
                                .anyMatch(whole::startsWith)
                        && String.join("", texts).length() >= whole.length();
        return new Finding(
                Finding.Kind.SEVERAL,
                pieces
                        ? name
                                + " has the record split into "
                                + texts.size()
                                + " TXT records: it must be one record of several strings"
                        : name
                                + " has "
                                + texts.size()
                                + " TXT records, one belongs there (RFC 6376 §3.6.2.2): remove the others. Is there a wildcard?");
    }

    private static Finding unreadable(String name, String text, String problem) {
        var hint =
                text.indexOf('"') >= 0
                        ? ": quotation marks are part of the text; they belong around its strings in a zone file only"
                        : text.indexOf('\\') >= 0
                                ? ": backslashes are part of the text; `;` needs none outside of zone files"
                                : "";
        return new Finding(
                Finding.Kind.UNREADABLE,
                "%s is no key record (%s)%s: \"%s\""
                        .formatted(
                                name,
                                Visible.of(shortened(problem)),
                                hint,
                                Visible.of(shortened(text))));
    }

    private static Read one(DkimKey key, String name, KeyRecord record, List<DkimKey> ours) {
        var p = record.publicKey();
        if (!p.equals(key.publicKey())) {
            return fault(other(key, name, record, ours));
        }
        if (!record.keyType().equalsIgnoreCase(key.type().tag())) {
            return fault(
                    new Finding(
                            Finding.Kind.WRONG_TYPE,
                            "%s says k=%s, but the key is of type %s"
                                    .formatted(
                                            name, Visible.of(record.keyType()), key.type().tag())));
        }
        if (!record.isForEmail() || !record.allows(HashAlgorithm.SHA256)) {
            return fault(
                    new Finding(
                            Finding.Kind.RESTRICTED,
                            name
                                    + " does not allow e-mail with SHA-256: remove s= and h= from it"));
        }
        var remarks = new ArrayList<Finding>();
        if (record.isTesting()) {
            remarks.add(
                    new Finding(
                            Finding.Kind.TESTING,
                            name
                                    + " says t=y (testing): receivers may treat the mail as unsigned; remove it"));
        }
        return new Read(List.of(), remarks);
    }

    private static Finding other(DkimKey key, String name, KeyRecord record, List<DkimKey> ours) {
        var p = record.publicKey();
        if (record.isRevoked()) {
            return new Finding(
                    Finding.Kind.REVOKED, name + " has an empty p=: it says that the key is void");
        }
        var known = ours.stream().filter(one -> one.publicKey().equals(p)).findFirst();
        if (known.isPresent()) {
            return new Finding(
                    Finding.Kind.OLD_KEY,
                    "%s shows another key of ours, that of selector %s (%s)"
                            .formatted(name, known.get().selector(), known.get().state().word()));
        }
        // A provider's form cut it off: they take 255 octets, and say nothing.
        if (p.length() >= 32 && key.publicKey().startsWith(p)) {
            return new Finding(
                    Finding.Kind.UNREADABLE,
                    "%s is cut off after %d of %d characters of p=: give the record as several strings of at most 255"
                            .formatted(name, p.length(), key.publicKey().length()));
        }
        return isDamaged(p, key.publicKey())
                ? new Finding(
                        Finding.Kind.UNREADABLE,
                        name + " shows a damaged copy of the key: copy the record again")
                : new Finding(
                        Finding.Kind.FOREIGN_KEY,
                        name
                                + " shows a key that is not ours. Is it another system's? Then use another selector; it is not overwritten");
    }

    /// Whether that is our key but for a few characters. All RSA keys of a length begin with the
    /// same 44 and end with the same 6 (RFC 6376 §3.6.1: SubjectPublicKeyInfo), so half of it has
    /// to be the same.
    private static boolean isDamaged(String p, String ours) {
        int shorter = Math.min(p.length(), ours.length());
        int head = 0;
        while (head < shorter && p.charAt(head) == ours.charAt(head)) {
            head++;
        }
        int tail = 0;
        while (tail < shorter - head
                && p.charAt(p.length() - 1 - tail) == ours.charAt(ours.length() - 1 - tail)) {
            tail++;
        }
        return 2 * (head + tail) > ours.length();
    }

    private static Read fault(Finding finding) {
        return new Read(List.of(finding), List.of());
    }

    private static String shortened(String text) {
        return text.length() > 100 ? text.substring(0, 100) + "…" : text;
    }
}
