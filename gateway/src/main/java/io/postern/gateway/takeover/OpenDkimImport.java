package io.postern.gateway.takeover;

import io.postern.gateway.config.Durations;
import io.postern.gateway.config.Network;
import io.postern.gateway.takeover.OpenDkimFile.Directive;
import io.postern.mail.Domain;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Takes over `opendkim.conf` and its tables.
final class OpenDkimImport {
    private static final String TABLES =
            "write the table as a file (`file:`) for the time of the import, or import its keys with `postern"
                    + " dkim import`";

    private final SourceFiles files;
    private final Draft draft;
    private final Remarks remarks;

    OpenDkimImport(SourceFiles files, Draft draft) {
        this.files = files;
        this.draft = draft;
        this.remarks = draft.remarks();
    }

    void take(SourceFiles.Read.Ok main) {
        var all = OpenDkimFile.read(main, files, remarks);
        // OpenDKIM takes the last one.
        var settings = new TreeMap<String, Directive>(String.CASE_INSENSITIVE_ORDER);
        for (var directive : all) {
            if (OpenDkimNames.TAKEN.contains(directive.name()) || directive.is("BaseDirectory")) {
                settings.put(directive.name(), directive);
            }
            if (!OpenDkimNames.TAKEN.contains(directive.name())) {
                OpenDkimNames.remark(directive, remarks);
            }
        }
        var parent = main.name().getParent();
        var folder =
                text(settings, "BaseDirectory")
                        .map(name -> SourceFiles.name(Path.of("/"), name))
                        .orElse(parent == null ? Path.of("/") : parent);
        boolean signs = mode(settings);
        Optional.ofNullable(settings.get("Canonicalization")).ifPresent(this::canonicalization);
        Optional.ofNullable(settings.get("SignatureAlgorithm")).ifPresent(this::algorithm);
        Optional.ofNullable(settings.get("SignatureTTL")).ifPresent(this::lifetime);
        Optional.ofNullable(settings.get("OversignHeaders")).ifPresent(this::oversign);
        Optional.ofNullable(settings.get("Nameservers")).ifPresent(this::nameservers);
        hosts(settings, folder);
        if (!signs) {
            return;
        }
        if (settings.containsKey("SigningTable") || settings.containsKey("KeyTable")) {
            tables(settings, folder, main);
        } else if (settings.containsKey("KeyFile") || settings.containsKey("Domain")) {
            single(settings, folder, main);
        } else {
            remarks.problem(
                    new Place(main.name().toString(), 0),
                    "signing",
                    "it has neither KeyTable and SigningTable nor Domain, Selector and KeyFile",
                    "name the opendkim.conf that is in use");
        }
    }

    private static Optional<String> text(Map<String, Directive> settings, String name) {
        return Optional.ofNullable(settings.get(name)).map(Directive::value);
    }

    private boolean mode(Map<String, Directive> settings) {
        var mode = settings.get("Mode");
        if (mode == null || mode.value().toLowerCase(Locale.ROOT).contains("s")) {
            return true;
        }
        remarks.problem(
                mode.place(),
                "Mode " + Remarks.cut(mode.value()),
                "it signs nothing: it only verifies, which [authentication] does",
                "nothing to take over from this file; name the one that signs");
        return false;
    }

    private void canonicalization(Directive directive) {
        var value = directive.value().toLowerCase(Locale.ROOT);
        if (!value.equals("relaxed/relaxed")) {
            remarks.otherwise(
                    directive.place(),
                    "Canonicalization " + Remarks.cut(directive.value()),
                    "all is signed relaxed/relaxed, which survives more on its way",
                    "");
        }
    }

    private void algorithm(Directive directive) {
        if (directive.value().equalsIgnoreCase("rsa-sha1")) {
            remarks.otherwise(
                    directive.place(),
                    "SignatureAlgorithm rsa-sha1",
                    "RSA keys sign with rsa-sha256: rsa-sha1 must not be used (RFC 8301 §3.1)",
                    "see that no key's record says h=sha1");
        }
    }

    private void lifetime(Directive directive) {
        try {
            long seconds = Long.parseLong(directive.value());
            if (seconds > 0 && seconds < 1_000_000_000) {
                draft.set(
                        "signing",
                        "valid_for",
                        "\"" + Durations.print(Duration.ofSeconds(seconds)) + "\"",
                        "SignatureTTL",
                        directive.place());
            }
        } catch (NumberFormatException _) {
            remarks.problem(
                    directive.place(),
                    "SignatureTTL " + Remarks.cut(directive.value()),
                    "it is no number of seconds",
                    "set signing.valid_for");
        }
    }

    private void oversign(Directive directive) {
        if (!directive.value().equalsIgnoreCase("From")) {
            remarks.otherwise(
                    directive.place(),
                    "OversignHeaders",
                    "which fields are signed, and which oversigned, is fixed: From and 14 more",
                    "");
        }
    }

    private void nameservers(Directive directive) {
        var servers =
                Words.of(directive.value(), ", \t").stream()
                        .flatMap(text -> Network.parse(text).stream())
                        .filter(host -> host.prefix() == host.base().getAddress().length * 8)
                        .map(host -> Draft.hostPort(host, 53))
                        .map(Draft::quoted)
                        .toList();
        if (servers.isEmpty()) {
            remarks.problem(
                    directive.place(),
                    "Nameservers " + Remarks.cut(directive.value()),
                    "it has no address",
                    "set dns.servers");
        } else {
            draft.set("dns", "servers", servers.toString(), "Nameservers", directive.place());
        }
    }

    private void hosts(Map<String, Directive> settings, Path folder) {
        var directive = settings.get("InternalHosts");
        if (directive == null) {
            return;
        }
        var networks = new OldNetworks(remarks);
        set(directive, folder)
                .ifPresent(set ->
                        set.entries()
                                .forEach(entry ->
                                        networks.add("InternalHosts", entry.key(), entry.place())));
        draft.signedFor(networks.list(), "InternalHosts", directive.place());
    }

    private Optional<DataSet> set(Directive directive, Path folder) {
        var what = directive.name() + " " + Remarks.cut(withoutSecrets(directive.value()));
        return switch (DataSet.parse(directive.value(), directive.place(), files, folder)) {
            case DataSet.Parsed.Ok(var set) -> Optional.of(set);
            case DataSet.Parsed.Foreign(var kind) -> {
                remarks.none(directive.place(), what, kind + ": tables are not read", TABLES);
                yield Optional.empty();
            }
            case DataSet.Parsed.Bad(var why, var remedy) -> {
                remarks.problem(directive.place(), what, why, remedy);
                yield Optional.empty();
            }
        };
    }

    /// `dsn:mysql://user:password@host/...`
    private static String withoutSecrets(String value) {
        return value.replaceAll("//[^/]*@", "//…@");
    }

    private void tables(Map<String, Directive> settings, Path folder, SourceFiles.Read.Ok main) {
        var signing = settings.get("SigningTable");
        var keys = settings.get("KeyTable");
        if (signing == null || keys == null) {
            remarks.problem(
                    signing == null ? keys(keys, main) : signing.place(),
                    signing == null ? "KeyTable" : "SigningTable",
                    "KeyTable and SigningTable go together, and one is missing",
                    "name both in the file");
            return;
        }
        var multiple = settings.get("MultipleSignatures");
        var signer =
                new OpenDkimSigner(
                        set(signing, folder).orElse(DataSet.EMPTY),
                        set(keys, folder).orElse(DataSet.EMPTY),
                        multiple != null && multiple.yes(),
                        folder);
        draft.signer(signer);
        new SigningTables(signer, files, draft).take();
    }

    private static Place keys(
            @org.jspecify.annotations.Nullable Directive keys, SourceFiles.Read.Ok main) {
        return keys == null ? new Place(main.name().toString(), 0) : keys.place();
    }

    /// One key for all: Domain, Selector, KeyFile.
    private void single(Map<String, Directive> settings, Path folder, SourceFiles.Read.Ok main) {
        var domains = settings.get("Domain");
        var selector = settings.get("Selector");
        var key = settings.get("KeyFile");
        if (domains == null || selector == null || key == null) {
            remarks.problem(
                    new Place(main.name().toString(), 0),
                    "signing",
                    "Domain, Selector and KeyFile go together, and one is missing",
                    "name all three in the file");
            return;
        }
        var below = settings.get("SubDomains");
        boolean subdomains = below != null && below.yes();
        if (below != null && subdomains) {
            remarks.none(
                    below.place(),
                    "SubDomains",
                    "a domain's key signs for that domain alone, so that d= is the author's",
                    "add a [[domain]] with a key of its own for each subdomain that writes mail");
        }
        if (key.value().indexOf('\0') >= 0) {
            remarks.problem(key.place(), "KeyFile", "that is no name of a file", "name one");
            return;
        }
        var source = new KeySource.InFile(SourceFiles.name(folder, key.value()));
        var set = set(domains, folder).orElse(DataSet.EMPTY);
        for (var entry : set.entries()) {
            var domain = Domain.parse(entry.key());
            if (domain.isPresent()) {
                draft.domain(domain.get(), "Domain", entry.place());
                draft.key(new FoundKey(entry.key(), selector.value(), source, key.place()));
            } else {
                remarks.none(
                        entry.place(),
                        "Domain " + Remarks.cut(entry.key()),
                        "that is no domain, and patterns are not known",
                        "add a [[domain]] for each that is meant");
            }
        }
        draft.signer(author -> single(set, subdomains, selector.value(), source, author.domain()));
    }

    private static List<OldSigner.Signature> single(
            DataSet set, boolean subdomains, String selector, KeySource source, String author) {
        for (var name = author; ; ) {
            if (set.find(name).isPresent()) {
                return List.of(new OldSigner.Signature(name, selector, source));
            }
            int dot = name.indexOf('.');
            if (!subdomains || dot < 0) {
                return List.of();
            }
            name = name.substring(dot + 1);
        }
    }
}
