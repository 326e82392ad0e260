package io.postern.gateway.takeover;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What OpenDKIM signs with: a signing table that names keys by authors, and a table of keys.
/// opendkim.conf(5), SigningTable and KeyTable.
///
/// @param multiple whether all entries that fit sign, and not only the first
/// @param folder relative names of key files are taken from here
record OpenDkimSigner(DataSet signing, DataSet keys, boolean multiple, Path folder)
        implements OldSigner {
    @Override
    public List<Signature> signatures(Author author) {
        var signatures = new ArrayList<Signature>();
        for (var name : names(author)) {
            key(name, author.domain()).ifPresent(signatures::add);
            if (!multiple && !signatures.isEmpty()) {
                break;
            }
        }
        return signatures;
    }

    /// The names of keys that fit an author, in the order in which they are tried.
    private List<String> names(Author author) {
        var values = new ArrayList<String>();
        if (signing.patterns()) {
            signing.entries().stream()
                    .filter(entry -> Wildcard.fits(entry.key(), author.address()))
                    .forEach(entry -> values.add(entry.value()));
        } else {
            for (var question : questions(author)) {
                signing.find(question).ifPresent(entry -> values.add(entry.value()));
            }
        }
        return (multiple ? values : values.subList(0, Math.min(1, values.size())))
                .stream().map(OpenDkimSigner::keyName).toList();
    }

    /// The name before the optional signer (`i=`).
    static String keyName(String value) {
        int colon = value.indexOf(':');
        return colon < 0 ? value : value.substring(0, colon).strip();
    }

    private static List<String> questions(Author author) {
        var user = author.localPart().toLowerCase(Locale.ROOT);
        var above = new ArrayList<String>();
        var domain = author.domain();
        for (int dot = domain.indexOf('.'); dot >= 0; dot = domain.indexOf('.', dot + 1)) {
            above.add(domain.substring(dot));
        }
        var questions = new ArrayList<String>();
        questions.add(author.address());
        questions.add(domain);
        above.forEach(one -> questions.add(user + "@" + one));
        questions.addAll(above);
        questions.add(user + "@*");
        questions.add("*");
        return questions;
    }

    /// The signature of a key for an author's domain; empty when the table has no such key, or a
    /// line of another form.
    Optional<Signature> key(String name, String authorDomain) {
        return entry(name, authorDomain)
                .flatMap(entry -> parts(entry.value()))
                .map(parts ->
                        new Signature(
                                parts.domain().equals("%") ? authorDomain : parts.domain(),
                                parts.selector(),
                                source(parts.key(), authorDomain)));
    }

    Optional<DataSet.Entry> entry(String name, String authorDomain) {
        return keys.find(name.equals("%") ? authorDomain : name);
    }

    /// `domain:selector:key`.
    record Parts(String domain, String selector, String key) {}

    static Optional<Parts> parts(String value) {
        int first = value.indexOf(':');
        int second = value.indexOf(':', first + 1);
        if (first <= 0 || second < 0 || second == value.length() - 1) {
            return Optional.empty();
        }
        return Optional.of(
                new Parts(
                        value.substring(0, first).strip(),
                        value.substring(first + 1, second).strip(),
                        value.substring(second + 1).strip()));
    }

    private KeySource source(String key, String authorDomain) {
        boolean file = key.startsWith("/") || key.startsWith("./") || key.startsWith("../");
        return file && key.indexOf('\0') < 0
                ? new KeySource.InFile(SourceFiles.name(folder, key.replace("%", authorDomain)))
                : new KeySource.Inline(key);
    }
}
