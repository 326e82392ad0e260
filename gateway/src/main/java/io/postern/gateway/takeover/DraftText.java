package io.postern.gateway.takeover;

import io.postern.gateway.config.HostPort;
import io.postern.gateway.config.Network;
import io.postern.mail.Domain;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Writes a [Draft] as `postern.toml`: each value with where it comes from, and behind it all as
/// comments what was found of keys and what has no equivalent, so that the list stays with the
/// file.
final class DraftText {
    private static final int SMTP = 25;

    /// Of inside hosts when strangers have port 25, and of a gateway without an old MTA.
    private static final int INSIDE = 2525;

    private final Draft draft;
    private final List<OldKey> keys;
    private final StringBuilder text = new StringBuilder();

    private DraftText(Draft draft, List<OldKey> keys) {
        this.draft = draft;
        this.keys = keys;
    }

    static String of(Draft draft, List<OldKey> keys, List<String> sources) {
        return new DraftText(draft, keys).write(sources);
    }

    private String write(List<String> sources) {
        comment("Made by `postern import` from " + String.join(", ", sources) + ".");
        comment("What it could not take over is told at the end. Read both before you use it.");
        text.append('\n');
        hostname();
        listeners();
        domains();
        routes();
        draft.settings().forEach(this::section);
        return text.toString();
    }

    private void comment(String line) {
        text.append("# ").append(Remarks.shown(line)).append('\n');
    }

    private void line(String key, String toml) {
        text.append(key).append(" = ").append(toml).append('\n');
    }

    private void line(String key, String toml, String origin) {
        text.append(key)
                .append(" = ")
                .append(toml)
                .append("    # ")
                .append(Remarks.shown(origin))
                .append('\n');
    }

    private void hostname() {
        var known = draft.hostname();
        if (known.isPresent()) {
            line("hostname", Draft.quoted(known.get().value()), known.get().origin());
            return;
        }
        var first = draft.domains().keySet().stream().findFirst().orElseThrow();
        comment("TODO: the name of this host, as the DNS has it; this one is a guess.");
        line("hostname", Draft.quoted("mail." + first));
    }

    private void listeners() {
        boolean inbound = takesMail();
        var trust = trust();
        text.append("\n[[listener]]\n");
        line("role", "\"outbound\"");
        var host = draft.listen().orElse(isLoopback(trust.networks()) ? "127.0.0.1" : "0.0.0.0");
        int port = draft.listen().isPresent() && !inbound ? SMTP : INSIDE;
        if (inbound) {
            comment(
                    "Strangers have port 25: inside hosts get a port, or an address, of their own.");
        }
        line("address", Draft.quoted(new HostPort(host, port).toString()));
        if (!trust.networks().isEmpty()) {
            line(
                    "trust",
                    list(trust.networks().stream().map(Network::toString).toList()),
                    trust.origin());
        }
        comment(
                "As before: mail of authors that are not ours leaves unsigned. The default refuses it.");
        line("unsigned", "\"pass\"");
        tls();
        if (inbound) {
            text.append("\n[[listener]]\n");
            line("role", "\"inbound\"");
            line(
                    "address",
                    Draft.quoted(new HostPort(draft.listen().orElse("0.0.0.0"), SMTP).toString()));
            tls();
        }
    }

    private boolean takesMail() {
        return draft.domains().values().stream().anyMatch(own -> !own.deliverTo().isEmpty());
    }

    private void tls() {
        var file = draft.certificate();
        var key = draft.certificateKey();
        if (file.isPresent() && key.isPresent()) {
            line("tls_certificate", Draft.quoted(file.get().value()), file.get().origin());
            line("tls_key", Draft.quoted(key.get().value()), key.get().origin());
        }
    }

    private record Trust(List<Network> networks, String origin) {}

    /// Who might hand in mail for anywhere. Whose mail was signed says less: somebody who
    /// authenticated, too.
    private Trust trust() {
        if (draft.trusted().isPresent()) {
            var trusted = draft.trusted().get();
            return new Trust(trusted.value(), trusted.origin());
        }
        var networks = new LinkedHashSet<Network>();
        var origins = new ArrayList<String>();
        for (var one : draft.signedFor()) {
            networks.addAll(one.value());
            origins.add(one.origin());
        }
        return new Trust(List.copyOf(networks), String.join("; ", origins));
    }

    private static boolean isLoopback(List<Network> networks) {
        return networks.stream().allMatch(network -> network.base().isLoopbackAddress());
    }

    private static String list(List<String> values) {
        return "[" + String.join(", ", values.stream().map(Draft::quoted).toList()) + "]";
    }

    private void domains() {
        var able = able();
        for (var own : draft.domains().values()) {
            text.append("\n[[domain]]\n");
            line("name", Draft.quoted(own.name().name()), own.origin());
            if (!able.contains(own.name())) {
                comment(
                        own.signed()
                                ? "Its key can't be taken over, see the end. Make one with `postern dkim new "
                                        + own.name()
                                        + "`, publish it, then:"
                                : "No key of it was found. Make one with `postern dkim new "
                                        + own.name()
                                        + "`, publish it, then set this to true.");
                line("sign", "false");
            }
            own.notes().forEach(this::comment);
            if (!own.deliverTo().isEmpty()) {
                line("deliver_to", list(own.deliverTo().stream().map(HostPort::toString).toList()));
                line("recipients", own.recipients().orElse("{ callout = {} }"));
            }
        }
    }

    /// The domains with a key that can sign.
    private Set<Domain> able() {
        var able = new LinkedHashSet<Domain>();
        for (var key : keys) {
            if (key.state() instanceof OldKey.State.Usable usable) {
                able.add(usable.owner());
            }
        }
        return able;
    }

    private void routes() {
        draft.routes()
                .forEach((domain, to) -> {
                    // A domain of ours goes to deliver_to.
                    if (!draft.domains().containsKey(domain)
                            || draft.domains().get(domain).deliverTo().isEmpty()) {
                        text.append("\n[[route]]\n");
                        line("domain", Draft.quoted(domain.name()), to.origin());
                        line("to", list(List.of(to.value().toString())));
                    }
                });
    }

    private void section(String name, Map<String, Draft.Noted<String>> values) {
        text.append("\n[").append(name).append("]\n");
        values.forEach((key, value) -> line(key, value.value(), value.origin()));
    }

    /// What follows the configuration, as comments.
    static String appendix(List<OldKey> keys, List<Remark> remarks) {
        var lines = new ArrayList<String>();
        lines.add("");
        lines.add(
                "Keys: "
                        + (keys.isEmpty()
                                ? "none."
                                : "to be taken over by the same command with --keys."));
        for (var key : keys) {
            lines.addAll(lines(key));
        }
        var byKind = new TreeMap<Remark.Kind, List<Remark>>();
        remarks.forEach(remark ->
                byKind.computeIfAbsent(remark.kind(), _ -> new ArrayList<>()).add(remark));
        var heads = new LinkedHashMap<Remark.Kind, String>();
        heads.put(Remark.Kind.NO_EQUIVALENT, "Without equivalent:");
        heads.put(Remark.Kind.OTHERWISE, "Taken over, but not quite the same:");
        heads.put(Remark.Kind.PROBLEM, "Not understood, or not readable:");
        heads.forEach((kind, head) -> {
            var some = byKind.getOrDefault(kind, List.of());
            if (!some.isEmpty()) {
                lines.add("");
                lines.add(head);
                some.forEach(remark -> lines.add("  " + remark));
            }
        });
        var text = new StringBuilder();
        lines.forEach(line -> text.append(("# " + safe(line)).stripTrailing()).append('\n'));
        return text.toString();
    }

    private static String safe(String line) {
        return line.replaceAll("[\\p{Cntrl}\\p{Cf}]", " ");
    }

    private static List<String> lines(OldKey key) {
        var lines = new ArrayList<String>();
        var head = "  " + key.recordName() + ", " + key.source() + ": ";
        switch (key.state()) {
            case OldKey.State.Usable usable -> {
                lines.add(head + usable.type().tag() + ", " + usable.bits() + " bits");
                usable.warnings().forEach(warning -> lines.add("    warning: " + warning));
            }
            case OldKey.State.Unusable(var why, var remedy) ->
                    lines.add(
                            head
                                    + "can't be taken over: "
                                    + why
                                    + (remedy.isEmpty() ? "" : "; " + remedy));
        }
        return lines;
    }
}
