package io.postern.gateway.takeover;

import io.postern.gateway.takeover.Ucl.Table;
import io.postern.mail.Domain;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Takes over rspamd's `dkim_signing`.
final class RspamdImport {
    private static final String DEFAULT_PATH = "/var/lib/rspamd/dkim/$domain.$selector.key";
    private static final String DEFAULT_SELECTOR = "dkim";

    private static final Set<String> TAKEN =
            Set.of(
                    "enabled",
                    "domain",
                    "path",
                    "selector",
                    "selector_map",
                    "path_map",
                    "sign_networks",
                    "use_domain",
                    "use_esld",
                    "try_fallback",
                    "signing_table",
                    "key_table",
                    "allow_hdrfrom_multiple");

    /// Of checks that the gateway makes in its own way, and of rspamd's inside.
    private static final Set<String> HARMLESS =
            Set.of(
                    "symbol",
                    "sign_authenticated",
                    "sign_local",
                    "allow_envfrom_empty",
                    "allow_hdrfrom_mismatch",
                    "allow_hdrfrom_mismatch_local",
                    "allow_hdrfrom_mismatch_sign_networks",
                    "allow_username_mismatch",
                    "check_pubkey",
                    "allow_pubkey_mismatch",
                    "key_prefix",
                    "redis_servers",
                    "check_violation",
                    "skip_spam_sign",
                    "allow_headers_fallback");

    private static final Map<String, String> WHY =
            Map.of(
                    "use_redis", "keys are not read from Redis",
                    "use_vault", "keys are not read from a vault",
                    "sign_inbound", "what strangers hand in is not signed",
                    "sign_headers", "which fields are signed is fixed",
                    "sign_condition", "there are no scripts in Lua",
                    "use_domain_custom", "there are no scripts in Lua",
                    "use_http_headers", "there is no HTTP in front of signing");

    private final SourceFiles files;
    private final Draft draft;
    private final Remarks remarks;

    RspamdImport(SourceFiles files, Draft draft) {
        this.files = files;
        this.draft = draft;
        this.remarks = draft.remarks();
    }

    /// @param named rspamd's folder, or one file
    void take(Path named) {
        boolean folder = Files.isDirectory(files.locate(named));
        var parent = named.getParent();
        var source =
                new RspamdFiles(
                        files, remarks, folder ? named : parent == null ? Path.of("/") : parent);
        var place = new Place(named.toString(), 0);
        var settings =
                folder
                        ? source.section("dkim_signing", "dkim_signing.conf")
                        : source.read(named, place)
                                .map(table -> table.table("dkim_signing").orElse(table));
        if (settings.isEmpty()) {
            remarks.problem(
                    place,
                    "dkim_signing",
                    "there is no dkim_signing.conf in local.d, override.d or modules.d",
                    "name the folder that rspamd reads, as /etc/rspamd");
            return;
        }
        if (settings.get().text("enabled").map(text -> !Ucl.yes(text)).orElse(false)) {
            remarks.problem(place, "dkim_signing", "it is switched off (`enabled = false`)", "");
            return;
        }
        others(settings.get());
        if (folder) {
            source.section("options", "options.inc")
                    .flatMap(options -> options.get("local_addrs"))
                    .ifPresent(value -> hosts(source, "local_addrs", value));
        }
        settings.get()
                .get("sign_networks")
                .ifPresent(value -> hosts(source, "sign_networks", value));
        if (settings.get().get("signing_table").isPresent()) {
            tables(source, settings.get());
        } else {
            domains(source, settings.get(), place);
        }
    }

    private void others(Table settings) {
        settings.values()
                .forEach((name, value) -> {
                    if (TAKEN.contains(name) || HARMLESS.contains(name)) {
                        return;
                    }
                    var off = value instanceof Ucl.Text text && !Ucl.yes(text);
                    var why = WHY.get(name);
                    if (why != null && off && !name.equals("sign_headers")) {
                        return;
                    }
                    remarks.none(
                            value.place(),
                            Remarks.cut(name),
                            why == null ? "the gateway has no such setting" : why,
                            name.startsWith("use_") && why != null
                                    ? "import the keys from files, with `postern dkim import`"
                                    : "");
                });
    }

    private void hosts(RspamdFiles source, String setting, Ucl value) {
        var networks = new OldNetworks(remarks);
        for (var entry : source.map(setting, value, false).entries()) {
            Words.of(entry.key(), ",").forEach(one -> networks.add(setting, one, entry.place()));
        }
        draft.signedFor(networks.list(), setting, value.place());
    }

    private void tables(RspamdFiles source, Table settings) {
        var signer =
                new OpenDkimSigner(
                        source.map(
                                "signing_table", settings.get("signing_table").orElseThrow(), true),
                        settings.get("key_table")
                                .map(value -> source.map("key_table", value, true))
                                .orElse(DataSet.EMPTY),
                        false,
                        Path.of("/"));
        draft.signer(signer);
        new SigningTables(signer, files, draft).take();
    }

    private void domains(RspamdFiles source, Table settings, Place place) {
        var signer =
                new RspamdSigner(
                        sections(settings),
                        map(source, settings, "selector_map"),
                        map(source, settings, "path_map"),
                        settings.text("selector").map(Ucl.Text::text).orElse(DEFAULT_SELECTOR),
                        settings.text("path").map(Ucl.Text::text).orElse(DEFAULT_PATH),
                        yes(settings, "try_fallback", true),
                        yes(settings, "use_esld", true),
                        yes(settings, "allow_hdrfrom_multiple", false),
                        fixed(settings),
                        files::exists);
        draft.signer(signer);
        var names = new LinkedHashSet<>(signer.named());
        if (signer.fallback()) {
            names.addAll(
                    KeyFolder.find(
                                    files,
                                    signer.path()
                                            .replace("${domain}", "$domain")
                                            .replace("${selector}", signer.selector())
                                            .replace("$selector", signer.selector()))
                            .keySet());
        }
        signer.fixed().ifPresent(names::add);
        for (var name : names) {
            domain(signer, settings, name, place);
        }
        if (signer.esld() && !names.isEmpty()) {
            remarks.otherwise(
                    settings.get("use_esld").map(Ucl::place).orElse(place),
                    "use_esld",
                    "authors of subdomains were signed for with the key of the domain above; here d= is the"
                            + " author domain",
                    "add a [[domain]] with a key of its own for each subdomain that writes mail");
        }
    }

    private static boolean yes(Table settings, String name, boolean otherwise) {
        return settings.text(name).map(Ucl::yes).orElse(otherwise);
    }

    private static DataSet map(RspamdFiles source, Table settings, String name) {
        return settings.get(name)
                .map(value -> source.map(name, value, false))
                .orElse(DataSet.EMPTY);
    }

    private Map<String, List<RspamdSigner.Named>> sections(Table settings) {
        var sections = new LinkedHashMap<String, List<RspamdSigner.Named>>();
        settings.table("domain")
                .ifPresent(domains ->
                        domains.values()
                                .forEach((name, value) -> {
                                    if (value instanceof Table section) {
                                        sections.put(name.toLowerCase(Locale.ROOT), named(section));
                                    }
                                }));
        return sections;
    }

    private static List<RspamdSigner.Named> named(Table section) {
        var named = new ArrayList<RspamdSigner.Named>();
        if (section.text("selector").isPresent() || section.text("path").isPresent()) {
            named.add(one(section));
        }
        section.get("selectors")
                .ifPresent(value -> {
                    switch (value) {
                        case Ucl.Items items ->
                                items.items().stream()
                                        .filter(Table.class::isInstance)
                                        .map(Table.class::cast)
                                        .forEach(table -> named.add(one(table)));
                        case Table table -> named.add(one(table));
                        case Ucl.Text _ -> {
                            // rspamd makes nothing of it either
                        }
                    }
                });
        return named;
    }

    private static RspamdSigner.Named one(Table table) {
        return new RspamdSigner.Named(
                table.text("selector").map(Ucl.Text::text),
                table.text("path").map(Ucl.Text::text),
                table.place());
    }

    private Optional<String> fixed(Table settings) {
        var text = settings.text("use_domain");
        var value = text.map(one -> one.text().toLowerCase(Locale.ROOT)).orElse("header");
        if (value.equals("header")) {
            return Optional.empty();
        }
        remarks.none(
                text.map(Ucl.Text::place).orElseThrow(),
                "use_domain " + Remarks.cut(value),
                "d= is always the author domain, in From",
                "see with --compare which mail that changes");
        return Domain.parse(value)
                .filter(domain -> domain.name().indexOf('.') > 0)
                .map(Domain::name);
    }

    private void domain(RspamdSigner signer, Table settings, String name, Place place) {
        var where =
                settings.table("domain")
                        .flatMap(domains -> domains.get(name))
                        .map(Ucl::place)
                        .or(() -> signer.selectors().find(name).map(DataSet.Entry::place))
                        .or(() -> signer.paths().find(name).map(DataSet.Entry::place))
                        .or(() -> settings.get("path").map(Ucl::place))
                        .orElse(place);
        var domain = Domain.parse(name);
        if (domain.isEmpty()) {
            remarks.none(
                    where,
                    "domain " + Remarks.cut(name),
                    "that is no domain, and patterns are not known",
                    "add a [[domain]] for each that is meant");
            return;
        }
        draft.domain(domain.get(), "dkim_signing", where);
        for (var key : signer.keys(domain.get().name())) {
            draft.key(new FoundKey(key.domain(), key.selector(), key.key(), where));
        }
    }
}
