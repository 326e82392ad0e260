package io.postern.gateway.takeover;

import io.postern.gateway.config.Network;
import io.postern.gateway.takeover.PostfixFile.Parameter;
import io.postern.mail.Domain;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Takes over Postfix's `main.cf`: names, networks, TLS and bounds here, domains and next hops in
/// [PostfixDomains].
final class PostfixImport {
    private static final Set<String> TAKEN =
            Set.of(
                    "myhostname",
                    "mynetworks",
                    "inet_interfaces",
                    "mydestination",
                    "relay_domains",
                    "virtual_mailbox_domains",
                    "virtual_alias_domains",
                    "transport_maps",
                    "relay_transport",
                    "relay_recipient_maps",
                    "relayhost",
                    "message_size_limit",
                    "header_size_limit",
                    "recipient_delimiter",
                    "smtpd_tls_cert_file",
                    "smtpd_tls_key_file",
                    "smtpd_tls_chain_files",
                    "smtpd_tls_security_level",
                    "smtp_tls_security_level",
                    "smtpd_milters",
                    "non_smtpd_milters",
                    "maximal_queue_lifetime",
                    "bounce_queue_lifetime",
                    "delay_warning_time",
                    "smtpd_recipient_limit",
                    "default_transport");

    private final SourceFiles files;
    private final Draft draft;
    private final Remarks remarks;

    PostfixImport(SourceFiles files, Draft draft) {
        this.files = files;
        this.draft = draft;
        this.remarks = draft.remarks();
    }

    void take(SourceFiles.Read.Ok text) {
        var main = PostfixFile.read(text, remarks);
        var parent = text.name().getParent();
        var folder = parent == null ? Path.of("/") : parent;
        var tables = new PostfixTables(files, remarks, folder);
        hostname(main);
        networks(main, tables, text);
        interfaces(main);
        new PostfixDomains(main, tables, draft).take();
        tls(main);
        bounds(main);
        main.get("smtpd_milters").ifPresent(this::milters);
        main.get("non_smtpd_milters").ifPresent(this::milters);
        for (var parameter : main.parameters()) {
            // Policy services and such have names of their own.
            if (!TAKEN.contains(parameter.name())) {
                PostfixNames.remark(parameter, remarks);
            }
        }
        if (files.exists(folder.resolve("master.cf"))) {
            remarks.none(
                    new Place(folder.resolve("master.cf").toString(), 0),
                    "master.cf",
                    "services, their ports and their `-o` options are not read",
                    "add a [[listener]] for each port besides 25 that mail is taken on");
        }
    }

    private void hostname(PostfixFile main) {
        main.get("myhostname")
                .ifPresent(one ->
                        Domain.parse(one.value())
                                .filter(name -> name.name().indexOf('.') > 0)
                                .ifPresentOrElse(
                                        name ->
                                                draft.hostname(
                                                        name.name(), "myhostname", one.place()),
                                        () ->
                                                remarks.problem(
                                                        one.place(),
                                                        "myhostname " + Remarks.cut(one.value()),
                                                        "that is no name that the DNS could have",
                                                        "set hostname")));
    }

    private void networks(PostfixFile main, PostfixTables tables, SourceFiles.Read.Ok text) {
        var parameter = main.get("mynetworks");
        var networks = new OldNetworks(remarks);
        parameter.ifPresent(one ->
                tables.list(one)
                        .forEach(entry -> networks.add("mynetworks", entry.key(), entry.place())));
        // Without it Postfix trusts this host, as the gateway does: never more.
        draft.trusted(
                networks.list(),
                "mynetworks",
                parameter.map(Parameter::place).orElse(new Place(text.name().toString(), 0)));
    }

    private void interfaces(PostfixFile main) {
        var parameter = main.get("inet_interfaces");
        if (parameter.isEmpty()) {
            draft.listen("0.0.0.0");
            return;
        }
        var words = Words.of(parameter.get().value().toLowerCase(Locale.ROOT), ", \t");
        if (words.isEmpty() || words.contains("all")) {
            draft.listen("0.0.0.0");
            return;
        }
        if (words.contains("loopback-only")) {
            draft.listen("127.0.0.1");
            return;
        }
        var addresses =
                words.stream()
                        .map(word -> word.equals("localhost") ? "127.0.0.1" : word)
                        .map(word -> word.replace("[", "").replace("]", ""))
                        .filter(word -> word.indexOf('/') < 0 && Network.parse(word).isPresent())
                        .toList();
        // The one that others reach comes before loopback.
        var chosen =
                addresses.stream()
                        .filter(word -> !word.startsWith("127.") && !word.equals("::1"))
                        .findFirst()
                        .or(() -> addresses.stream().findFirst());
        draft.listen(chosen.orElse("0.0.0.0"));
        if (chosen.isEmpty() || words.size() > 1) {
            remarks.otherwise(
                    parameter.get().place(),
                    "inet_interfaces " + Remarks.cut(parameter.get().value()),
                    "a [[listener]] has one address, in digits",
                    "add a [[listener]] for each of the others that is needed");
        }
    }

    private void tls(PostfixFile main) {
        var certificate = main.get("smtpd_tls_cert_file").filter(one -> isFile(one.value()));
        var key = main.get("smtpd_tls_key_file").filter(one -> isFile(one.value()));
        var chain = main.get("smtpd_tls_chain_files");
        if (certificate.isPresent()
                && certificate.get().value().startsWith("/etc/ssl/certs/ssl-cert-snakeoil")) {
            remarks.otherwise(
                    certificate.get().place(),
                    "smtpd_tls_cert_file",
                    "left out: it is the one that Debian makes for trying out",
                    "give [[listener]] tls_certificate and tls_key of your own");
        } else if (certificate.isPresent()) {
            var one = certificate.get();
            draft.certificate(one.value(), one.name(), one.place());
            var of = key.orElse(one);
            draft.certificateKey(of.value(), of.name(), of.place());
            new TlsKeyFile(files, remarks).look(of);
        }
        chain.ifPresent(one ->
                remarks.none(
                        one.place(),
                        one.name(),
                        "certificates and keys are not given as a chain of files",
                        "add a [[certificate]] for each pair"));
        main.get("smtpd_tls_security_level")
                .filter(one -> one.value().equals("encrypt"))
                .ifPresent(one ->
                        remarks.none(
                                one.place(),
                                "smtpd_tls_security_level encrypt",
                                "not set for you: strangers' mail in clear would be refused, which RFC"
                                        + " 3207 §4 forbids on public servers",
                                "set require_tls where only known clients come"));
        main.get("smtp_tls_security_level").ifPresent(this::outboundTls);
    }

    private static boolean isFile(String value) {
        return value.startsWith("/") && value.indexOf('\0') < 0;
    }

    private void outboundTls(Parameter one) {
        var level = one.value().toLowerCase(Locale.ROOT);
        PostfixNames.tls(level)
                .ifPresentOrElse(
                        mode ->
                                draft.set(
                                        "outbound",
                                        "tls",
                                        Draft.quoted(mode),
                                        one.name(),
                                        one.place()),
                        () -> PostfixNames.remark(one, remarks));
        if (level.startsWith("dane") || level.equals("fingerprint")) {
            remarks.otherwise(
                    one.place(),
                    one.name() + " " + level,
                    "certificates are not looked up by DANE, nor compared by fingerprint",
                    "set outbound.tls, or deliver_tls, to \"verified\" where names can be verified");
        }
    }

    private void bounds(PostfixFile main) {
        main.get("message_size_limit")
                .ifPresent(one -> {
                    var octets = number(one.value()).filter(n -> n > 0);
                    if (octets.isEmpty()) {
                        remarks.otherwise(
                                one.place(),
                                one.name() + " " + Remarks.cut(one.value()),
                                "there is always a bound: 50 MiB unless it is set",
                                "set limits.message_size");
                    } else {
                        draft.set(
                                "limits",
                                "message_size",
                                "\"" + Math.clamp(octets.get(), 65536L, 999_999_999_999L) + "\"",
                                one.name(),
                                one.place());
                    }
                });
        main.get("header_size_limit")
                .ifPresent(one ->
                        number(one.value())
                                .filter(n -> n >= 16384 && n <= 64 << 20)
                                .ifPresent(octets ->
                                        draft.set(
                                                "limits",
                                                "header",
                                                "\"" + octets + "\"",
                                                one.name(),
                                                one.place())));
        main.get("smtpd_recipient_limit")
                .ifPresent(one ->
                        number(one.value())
                                .filter(n -> n >= 100 && n <= 1_000_000)
                                .ifPresentOrElse(
                                        n ->
                                                draft.set(
                                                        "limits",
                                                        "recipients",
                                                        n.toString(),
                                                        one.name(),
                                                        one.place()),
                                        () -> PostfixNames.remark(one, remarks)));
        main.get("maximal_queue_lifetime").ifPresent(one -> time(one, "expire", 'd', false));
        main.get("delay_warning_time").ifPresent(one -> time(one, "delay_notice", 'h', true));
    }

    private static Optional<Long> number(String text) {
        try {
            return Optional.of(Long.parseLong(text));
        } catch (NumberFormatException _) {
            return Optional.empty();
        }
    }

    /// A number and a letter: s, m, h, d or w. postconf(5).
    private void time(Parameter one, String key, char unit, boolean none) {
        var text = one.value();
        char last = text.isEmpty() ? ' ' : text.charAt(text.length() - 1);
        boolean lettered = Character.isLetter(last);
        var number = number(lettered ? text.substring(0, text.length() - 1) : text);
        char letter = lettered ? last : unit;
        if (number.isEmpty()
                || number.get() < (none ? 0 : 1)
                || number.get() > 9999
                || "smhdw".indexOf(letter) < 0) {
            remarks.otherwise(
                    one.place(),
                    one.name() + " " + Remarks.cut(text),
                    "not taken over: the default is used",
                    "set outbound." + key);
            return;
        }
        var span = letter == 'w' ? number.get() * 7 + "d" : number.get() + "" + letter;
        draft.set("outbound", key, Draft.quoted(span), one.name(), one.place());
    }

    private void milters(Parameter one) {
        for (var word : Words.of(one.value(), ", \t{}")) {
            // rspamd's proxy is on 11332; OpenDKIM's socket is 8891 by habit, Debian's 12301 by
            // many
            // an instruction.
            boolean signer =
                    Map.of("opendkim", 0, "rspamd", 0, ":11332", 0, ":8891", 0, ":12301", 0)
                            .keySet()
                            .stream()
                            .anyMatch(word::contains);
            if (signer) {
                remarks.otherwise(
                        one.place(),
                        one.name() + " " + Remarks.cut(word),
                        "signing is the gateway's own; other things that the milter did are not done",
                        "take the milter out of Postfix when the gateway signs, or mail is signed twice");
            } else if (word.indexOf(':') > 0 && !word.startsWith("$")) {
                remarks.none(
                        one.place(),
                        one.name() + " " + Remarks.cut(word),
                        "there are no milters",
                        "let Postfix behind the gateway ask it");
            }
        }
    }
}
