package io.postern.gateway.takeover;

import io.postern.gateway.takeover.PostfixFile.Parameter;
import io.postern.mail.Domain;
import io.postern.mail.Mailbox;
import io.postern.mail.Paths;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Takes over which domains Postfix takes mail for, who in them, and where it goes.
final class PostfixDomains {
    /// Longer lists are better kept in a file.
    private static final int MOST_RECIPIENTS = 200;

    private final PostfixFile main;
    private final PostfixTables tables;
    private final Draft draft;
    private final Remarks remarks;

    PostfixDomains(PostfixFile main, PostfixTables tables, Draft draft) {
        this.main = main;
        this.tables = tables;
        this.draft = draft;
        this.remarks = draft.remarks();
    }

    void take() {
        var transports = transports();
        var relayed = new LinkedHashSet<Domain>();
        main.get("relay_domains")
                .ifPresent(one ->
                        names(one, "relay_domains")
                                .forEach((name, at) -> {
                                    draft.domain(name, "relay_domains", at);
                                    relayed.add(name);
                                }));
        for (var domain : relayed) {
            nextHop(domain, transports);
        }
        for (var local :
                List.of("mydestination", "virtual_mailbox_domains", "virtual_alias_domains")) {
            main.get(local).ifPresent(one -> local(one, relayed));
        }
        transports.forEach((domain, hop) -> {
            if (!relayed.contains(domain) && !draft.domains().containsKey(domain)) {
                draft.route(domain, hop.to().host(), "transport_maps", hop.place());
            }
        });
        recipients(relayed);
        main.get("relayhost").ifPresent(this::relayHost);
        main.get("default_transport")
                .ifPresent(one -> {
                    if (!one.value().equals("smtp")) {
                        remarks.none(
                                one.place(),
                                "default_transport " + Remarks.cut(one.value()),
                                "mail leaves by SMTP",
                                "");
                    }
                });
    }

    /// The domains of a list.
    private Map<Domain, Place> names(Parameter parameter, String setting) {
        var names = new LinkedHashMap<Domain, Place>();
        for (var entry : tables.list(parameter)) {
            var text = entry.key();
            var lower = text.toLowerCase(Locale.ROOT);
            // Names without a dot are this host's own, for what its programs send.
            boolean own = setting.equals("mydestination") && lower.matches("[a-z0-9-]+");
            if (own || lower.equals("localhost") || lower.startsWith("localhost.")) {
                continue;
            }
            var domain = Domain.parse(text);
            if (domain.isPresent() && domain.get().name().indexOf('.') > 0) {
                names.put(domain.get(), entry.place());
            } else if (!text.startsWith("[") && !lower.equals("proxy:")) {
                remarks.none(
                        entry.place(),
                        setting + " " + Remarks.cut(text),
                        "a [[domain]] is one domain, by its whole name",
                        "add a [[domain]] for each that is meant");
            }
        }
        return names;
    }

    /// Postfix itself had the mailboxes, or the aliases.
    private void local(Parameter parameter, Set<Domain> relayed) {
        var host = draft.hostname().map(Draft.Noted::value).orElse("");
        names(parameter, parameter.name())
                .forEach((name, place) -> {
                    // This host's own name gets mail of its own cron jobs.
                    if (name.name().equals(host) && parameter.name().equals("mydestination")) {
                        return;
                    }
                    var own = draft.domain(name, parameter.name(), place);
                    if (relayed.contains(name)) {
                        return;
                    }
                    own.notes()
                            .add(
                                    "Postfix has this domain's mailboxes or aliases. To stand in front of it, let it"
                                            + " listen elsewhere, and:");
                    own.notes().add("deliver_to = [\"127.0.0.1:10025\"]");
                    own.notes().add("recipients = { callout = {} }");
                    remarks.none(
                            place,
                            parameter.name() + " " + name,
                            "there are no mailboxes or aliases here",
                            "let Postfix listen on another port and name it as deliver_to");
                });
    }

    private record Hop(NextHop.To to, Place place) {}

    /// The next hops that are hosts, by domain.
    private Map<Domain, Hop> transports() {
        var hops = new LinkedHashMap<Domain, Hop>();
        var parameter = main.get("transport_maps");
        if (parameter.isEmpty()) {
            return hops;
        }
        for (var entry : tables.tables(parameter.get())) {
            var what = "transport_maps " + Remarks.cut(entry.key() + " " + entry.value());
            var hop = hop(entry.value());
            var domain = Domain.parse(entry.key());
            if (entry.key().equals("*") && hop.orElse(new NextHop.Bad()) instanceof NextHop.To to) {
                mx(to, entry.place(), what);
                smartHost(to, "transport_maps", entry.place());
            } else if (domain.isEmpty()) {
                remarks.none(
                        entry.place(),
                        what,
                        "next hops go by whole domains, not by addresses or patterns",
                        "add a [[route]] for each domain that is meant");
            } else if (hop.isEmpty()) {
                remarks.none(
                        entry.place(),
                        what,
                        "only SMTP to a host is known, as in smtp:[host]:port",
                        "");
            } else {
                switch (hop.get()) {
                    case NextHop.To to -> {
                        mx(to, entry.place(), what);
                        hops.putIfAbsent(domain.get(), new Hop(to, entry.place()));
                    }
                    case NextHop.ByMx() -> {
                        // as without an entry
                    }
                    case NextHop.Bad() ->
                            remarks.problem(
                                    entry.place(),
                                    what,
                                    "its next hop is no host",
                                    "add a [[route]], or deliver_to, by hand");
                }
            }
        }
        return hops;
    }

    /// `transport:nexthop`; empty when the transport is not SMTP.
    private Optional<NextHop> hop(String value) {
        int colon = value.indexOf(':');
        if (colon < 0) {
            return Optional.empty();
        }
        return switch (value.substring(0, colon)) {
            case "smtp", "relay", "" ->
                    Optional.of(NextHop.parse(main.expanded(value.substring(colon + 1)).strip()));
            default -> Optional.empty();
        };
    }

    private void mx(NextHop.To to, Place place, String what) {
        if (to.mx()) {
            remarks.otherwise(
                    place,
                    what,
                    "without brackets Postfix asks for the MX of "
                            + to.host().host()
                            + "; the gateway goes to the host itself",
                    "name the hosts");
        }
    }

    private void nextHop(Domain domain, Map<Domain, Hop> transports) {
        var hop = transports.get(domain);
        var own = draft.domains().get(domain);
        if (own == null) {
            return;
        }
        if (hop != null) {
            own.deliverTo().add(hop.to().host());
            return;
        }
        var fallback = main.get("relay_transport");
        if (fallback.isPresent()
                && hop(fallback.get().value()).orElse(new NextHop.Bad()) instanceof NextHop.To to) {
            mx(to, fallback.get().place(), "relay_transport");
            own.deliverTo().add(to.host());
            return;
        }
        own.notes().add("deliver_to = [\"inside.example.com:25\"]");
        remarks.none(
                main.get("relay_domains").map(Parameter::place).orElseThrow(),
                "relay_domains " + domain,
                "no table says where its mail goes: Postfix asks for its MX, and inside hosts are not found"
                        + " so",
                "name the inside host as deliver_to");
    }

    private void recipients(Set<Domain> relayed) {
        var parameter = main.get("relay_recipient_maps").filter(one -> !one.value().isEmpty());
        var separator =
                main.get("recipient_delimiter")
                        .map(one -> one.value())
                        .filter(text -> text.length() == 1 && "+-=_#~/".contains(text));
        if (parameter.isEmpty()) {
            for (var domain : relayed) {
                Optional.ofNullable(draft.domains().get(domain))
                        .filter(own -> !own.deliverTo().isEmpty())
                        .ifPresent(own -> own.recipients(callout(separator)));
            }
            return;
        }
        int before = tables.unread();
        var lists = lists(parameter.get());
        // A recipient that only the other table knows must not be refused.
        var others = tables.unread() == before ? "" : ", callout = {}";
        for (var domain : relayed) {
            var own = draft.domains().get(domain);
            var list = lists.getOrDefault(domain, List.of());
            if (own == null || own.deliverTo().isEmpty()) {
                continue;
            }
            if (list.isEmpty() || list.size() > MOST_RECIPIENTS) {
                own.recipients(callout(separator));
                remarks.otherwise(
                        parameter.get().place(),
                        "relay_recipient_maps for " + domain,
                        list.isEmpty()
                                ? "no recipients of it could be read: the inside host is asked (callout)"
                                : list.size()
                                        + " recipients are too many to stand here: the inside host is asked"
                                        + " (callout)",
                        list.isEmpty()
                                ? "see docs/recipients.md for other ways"
                                : "write the addresses, one a line, into a file and name it: recipients = {"
                                        + " file = \"...\" }");
            } else {
                own.recipients(
                        "{ list = ["
                                + String.join(", ", list.stream().map(Draft::quoted).toList())
                                + "]"
                                + others
                                + separator(separator)
                                + " }");
            }
        }
    }

    private static String callout(Optional<String> separator) {
        return "{ callout = {}" + separator(separator) + " }";
    }

    private static String separator(Optional<String> separator) {
        return separator.map(text -> ", separator = " + Draft.quoted(text)).orElse("");
    }

    /// Addresses by domain. A whole domain (`@example.com`) leaves that one without a list.
    private Map<Domain, List<String>> lists(Parameter parameter) {
        var lists = new LinkedHashMap<Domain, List<String>>();
        var whole = new LinkedHashSet<Domain>();
        for (var entry : tables.tables(parameter)) {
            if (entry.key().startsWith("@")) {
                Domain.parse(entry.key().substring(1)).ifPresent(whole::add);
                remarks.otherwise(
                        entry.place(),
                        "relay_recipient_maps " + Remarks.cut(entry.key()),
                        "every address was taken: the inside host is asked instead (callout)",
                        "");
            } else if (Paths.mailbox(entry.key(), true)
                            instanceof Paths.Parsed.Ok<Mailbox>(var box, _)
                    && box.host() instanceof Domain domain) {
                lists.computeIfAbsent(domain, _ -> new ArrayList<>()).add(entry.key());
            } else {
                remarks.problem(
                        entry.place(),
                        "relay_recipient_maps " + Remarks.cut(entry.key()),
                        "that is no address",
                        "name the recipient in `recipients`");
            }
        }
        whole.forEach(lists::remove);
        return lists;
    }

    private void relayHost(Parameter parameter) {
        var what = "relayhost " + Remarks.cut(parameter.value());
        switch (NextHop.parse(parameter.value())) {
            case NextHop.To to -> {
                mx(to, parameter.place(), what);
                smartHost(to, "relayhost", parameter.place());
            }
            case NextHop.ByMx() -> {
                // the default
            }
            case NextHop.Bad() ->
                    remarks.problem(
                            parameter.place(), what, "that is no host", "set outbound.smart_host");
        }
    }

    private void smartHost(NextHop.To to, String setting, Place place) {
        draft.set("outbound", "smart_host", Draft.quoted(to.host().toString()), setting, place);
    }
}
