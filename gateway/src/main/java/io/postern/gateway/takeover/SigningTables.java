package io.postern.gateway.takeover;

import io.postern.mail.Domain;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Finds domains and keys in a signing table and a key table, which rspamd has too.
final class SigningTables {
    private final OpenDkimSigner signer;
    private final SourceFiles files;
    private final Draft draft;
    private final Remarks remarks;
    private final LinkedHashSet<Place> used = new LinkedHashSet<>();

    SigningTables(OpenDkimSigner signer, SourceFiles files, Draft draft) {
        this.signer = signer;
        this.files = files;
        this.draft = draft;
        this.remarks = draft.remarks();
    }

    /// Whom a pattern means.
    private sealed interface Whom {
        /// Every author of a domain.
        record All(String domain) implements Whom {}

        /// One author.
        record User(String domain) implements Whom {}

        /// Authors of every subdomain, or of every domain.
        record Many(String above) implements Whom {}

        /// What can't be told.
        record Unclear() implements Whom {}
    }

    void take() {
        for (var entry : signer.signing().entries()) {
            take(entry);
        }
        for (var entry : signer.keys().entries()) {
            if (OpenDkimSigner.parts(entry.value()).isEmpty()) {
                remarks.problem(
                        entry.place(),
                        "the key " + Remarks.cut(entry.key()),
                        "it is not of the form domain:selector:key",
                        "mend the line, or import the key with `postern dkim import`");
            } else if (!used.contains(entry.place())) {
                remarks.otherwise(
                        entry.place(),
                        "the key " + Remarks.cut(entry.key()),
                        "no line of the signing table uses it, so it is not imported",
                        "import it with `postern dkim import` if it is to sign");
            }
        }
        draft.severalKeys(signer.multiple());
    }

    private void take(DataSet.Entry entry) {
        var what = Remarks.cut(entry.key() + " " + entry.value());
        if (entry.value().isEmpty()) {
            remarks.problem(entry.place(), what, "it names no key", "name one of the key table");
            return;
        }
        if (entry.value().indexOf(':') >= 0) {
            remarks.none(
                    entry.place(), what, "signatures carry no `i=`, which receivers ignore", "");
        }
        switch (whom(entry.key())) {
            case Whom.All(var domain) -> domain(entry, what, domain);
            case Whom.User(var domain) -> {
                domain(entry, what, domain);
                remarks.otherwise(
                        entry.place(),
                        what,
                        "keys belong to domains, not to users: this one signs for all of " + domain,
                        "leave it out if only this user is to be signed for");
            }
            case Whom.Many(var above) -> many(entry, what, above);
            case Whom.Unclear() ->
                    remarks.none(
                            entry.place(),
                            what,
                            "patterns in domains are not known",
                            "add a [[domain]] for each that is meant");
        }
    }

    private Whom whom(String pattern) {
        int at = pattern.lastIndexOf('@');
        var user = at < 0 ? "*" : pattern.substring(0, at);
        var domain = pattern.substring(at + 1).toLowerCase(Locale.ROOT);
        if (domain.equals("*")) {
            return new Whom.Many("");
        }
        if (domain.startsWith(".") || domain.startsWith("*.")) {
            var above = domain.substring(domain.indexOf('.') + 1);
            return Domain.parse(above).isPresent() ? new Whom.Many(above) : new Whom.Unclear();
        }
        if (at < 0 && signer.signing().patterns() && domain.startsWith("*")) {
            // `*example.com` fits badexample.com too.
            return new Whom.Unclear();
        }
        if (Domain.parse(domain).isEmpty()) {
            return new Whom.Unclear();
        }
        return user.equals("*") ? new Whom.All(domain) : new Whom.User(domain);
    }

    private void domain(DataSet.Entry entry, String what, String domain) {
        var name = OpenDkimSigner.keyName(entry.value());
        var own = Domain.of(domain);
        draft.domain(own, "SigningTable", entry.place());
        var signature = signature(entry, what, name, domain);
        if (signature.isEmpty()) {
            return;
        }
        var signing = signature.get();
        key(name, domain, signing);
        if (!signing.domain().equals(own.name())) {
            Domain.parse(signing.domain())
                    .ifPresent(of -> draft.domain(of, "KeyTable", entry.place()));
            remarks.none(
                    entry.place(),
                    what,
                    "mail by authors of "
                            + domain
                            + " was signed with d="
                            + Remarks.cut(signing.domain())
                            + ": here d= is the author domain",
                    "make a key with `postern dkim new " + domain + "` and set `sign = true`");
        }
    }

    private Optional<OldSigner.Signature> signature(
            DataSet.Entry entry, String what, String name, String domain) {
        var signature = signer.key(name, domain);
        if (signature.isEmpty() && signer.entry(name, domain).isEmpty()) {
            remarks.problem(
                    entry.place(),
                    what,
                    "the key table has no " + Remarks.cut(name),
                    "add the key, or make one with `postern dkim new " + domain + "`");
        }
        return signature;
    }

    private void key(String name, String domain, OldSigner.Signature signature) {
        var place = signer.entry(name, domain).map(DataSet.Entry::place).orElseThrow();
        used.add(place);
        draft.key(new FoundKey(signature.domain(), signature.selector(), signature.key(), place));
    }

    /// All subdomains, or all domains. What is fixed in the key table still names a domain; what
    /// stands for the author's can be found only by the files that are there.
    private void many(DataSet.Entry entry, String what, String above) {
        remarks.none(
                entry.place(),
                what,
                above.isEmpty()
                        ? "authors of every domain are not signed for"
                        : "subdomains of " + above + " are not signed for with its key",
                "add a [[domain]] with a key of its own for each that writes mail");
        var name = OpenDkimSigner.keyName(entry.value());
        if (name.equals("%")) {
            byDomain(entry);
            return;
        }
        var parts = signer.entry(name, "").flatMap(key -> OpenDkimSigner.parts(key.value()));
        if (parts.isEmpty()) {
            signature(entry, what, name, above.isEmpty() ? "DOMAIN" : above);
        } else if (!parts.get().domain().equals("%")) {
            signer.key(name, parts.get().domain())
                    .ifPresent(signature -> {
                        key(name, parts.get().domain(), signature);
                        Domain.parse(signature.domain())
                                .ifPresent(of -> draft.domain(of, "KeyTable", entry.place()));
                    });
        } else {
            var template = parts.get().key();
            for (var domain : filesOf(template).keySet()) {
                if (above.isEmpty() || domain.endsWith("." + above)) {
                    signer.key(name, domain).ifPresent(signature -> key(name, domain, signature));
                    Domain.parse(domain)
                            .ifPresent(of -> draft.domain(of, "KeyTable", entry.place()));
                }
            }
        }
    }

    /// `* %`: every key of the key table under the name of its domain.
    private void byDomain(DataSet.Entry entry) {
        for (var key : signer.keys().entries()) {
            var domain = Domain.parse(key.key());
            if (domain.isPresent() && key.key().indexOf('*') < 0) {
                var name = domain.get().name();
                draft.domain(domain.get(), "KeyTable", entry.place());
                signer.key(name, name).ifPresent(signature -> key(name, name, signature));
            }
        }
    }

    private Map<String, Path> filesOf(String template) {
        return template.startsWith("/")
                ? KeyFolder.find(files, template.replace("%", "$domain"))
                : Map.of();
    }
}
