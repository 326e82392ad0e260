package io.postern.cli;

import io.postern.admin.Json;
import io.postern.admin.KeyView;
import io.postern.admin.NewKeys;
import io.postern.auth.published.Subject;
import io.postern.auth.published.Wanted;
import io.postern.gateway.config.Config;
import io.postern.mail.Domain;
import io.postern.mail.Mailbox;
import io.postern.mail.Paths;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// `postern domain add`.
final class DomainAdding {
    /// Host and port as the configuration has them; it is only printed.
    private static final Pattern HOST_PORT =
            Pattern.compile("(?:\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._-]+):[0-9]{1,5}");

    /// The one first that all receivers know.
    private static final Comparator<KeyView> RSA_FIRST =
            Comparator.comparing(KeyView::algorithm).reversed().thenComparing(KeyView::selector);

    /// Of a domain that is not in the configuration yet.
    private static final Optional<Subject.Signing> SIGNING =
            Optional.of(new Subject.Signing(true, Subject.WithoutKey.DEFERRED));

    /// What options say.
    ///
    /// @param algorithms both when empty
    /// @param inside `host:port`
    record Wishes(
            Set<String> algorithms,
            Optional<String> rua,
            List<InetAddress> senders,
            Optional<Domain> host,
            Optional<String> inside) {}

    /// What it comes to; also its JSON.
    ///
    /// @param made selectors of the keys that were made now
    /// @param configuration what the file still needs, in TOML
    record Added(
            String domain,
            List<String> made,
            List<Needed> records,
            Optional<String> configuration) {}

    /// A record to publish.
    ///
    /// @param needed whether mail suffers without it; else it is advice
    /// @param record a line of a zone file
    record Needed(String topic, boolean needed, String why, String record) {}

    private final Io io;
    private final DataOptions data;
    private final Dialogue dialogue;
    private final Domain domain;

    DomainAdding(Io io, DataOptions data, Dialogue dialogue, Domain domain) {
        this.io = io;
        this.data = data;
        this.dialogue = dialogue;
        this.domain = domain;
    }

    void run(Wishes wishes, boolean json) {
        check(wishes);
        var facts = DomainFacts.of(io, data, domain, false);
        var reports = reports(wishes, facts);
        var inside = facts.own().isPresent() ? Optional.<String>empty() : inside(wishes);
        var gateway = facts.gateway().or(() -> gateway(wishes, facts, inside.isPresent()));
        var senders = senders(wishes, gateway);
        var made = keys(wishes, facts);
        var keys = new ArrayList<>(facts.keys());
        keys.addAll(made);
        var subject =
                new Subject(
                        domain,
                        gateway,
                        keys.stream()
                                .filter(DomainAdding::isOfUse)
                                .sorted(RSA_FIRST)
                                .map(KeySights::unseen)
                                .toList(),
                        List.of(),
                        senders,
                        reports);
        var added =
                new Added(
                        domain.name(),
                        made.stream().map(KeyView::selector).toList(),
                        Wanted.of(subject, io.clock().instant()).stream()
                                .map(one ->
                                        new Needed(
                                                one.topic().word(),
                                                one.needed(),
                                                one.why(),
                                                one.record()))
                                .toList(),
                        facts.own().isPresent()
                                ? Optional.empty()
                                : Optional.of(block(reports, inside)));
        if (json) {
            io.line(Json.pretty(added));
        } else {
            print(added);
        }
    }

    /// Before anything is made.
    private static void check(Wishes wishes) {
        wishes.rua().ifPresent(DomainAdding::address);
        wishes.inside().ifPresent(DomainAdding::hostPort);
        for (var algorithm : wishes.algorithms()) {
            if (!algorithm.equals("rsa") && !algorithm.equals("ed25519")) {
                throw Failure.usage(
                        "--algorithm is rsa or ed25519, not " + Table.printable(algorithm));
            }
        }
    }

    private static String address(String text) {
        return switch (Paths.mailbox(text, false)) {
            case Paths.Parsed.Ok<Mailbox>(var mailbox, _)
                    // RFC 9989 §4.8, RFC 3986: these would end the URI.
                    when mailbox.host() instanceof Domain && !text.matches(".*[,!;?%&\"\\s].*") ->
                    text;
            case Paths.Parsed.Ok<Mailbox> _ ->
                    throw Failure.usage(
                            "--rua "
                                    + Table.printable(text)
                                    + " can't stand in a record; use a plain"
                                    + " address");
            case Paths.Parsed.Bad<Mailbox>(_, var why) ->
                    throw Failure.usage(
                            "--rua " + Table.printable(text) + " is no address: " + why);
        };
    }

    private static String hostPort(String text) {
        if (!HOST_PORT.matcher(text).matches()) {
            throw Failure.usage(
                    "--deliver-to is host and port, such as 10.0.0.7:25, not "
                            + Table.printable(text));
        }
        return text;
    }

    private Optional<String> reports(Wishes wishes, DomainFacts facts) {
        return wishes.rua()
                .or(() -> facts.own().flatMap(Config.OwnDomain::dmarcReports))
                .or(() ->
                        dialogue.ask(
                                        "Where do DMARC reports go? [dmarc-reports@%s]"
                                                .formatted(domain))
                                .map(DomainAdding::address));
    }

    private Optional<String> inside(Wishes wishes) {
        return wishes.inside()
                .or(() ->
                        dialogue.ask(
                                        "Which inside host takes its mail, HOST:PORT? [none: it"
                                                + " does not come in here]")
                                .map(DomainAdding::hostPort));
    }

    private Optional<Subject.Gateway> gateway(Wishes wishes, DomainFacts facts, boolean takesMail) {
        var configured =
                facts.config().map(known -> DomainFacts.gateway(known, SIGNING, takesMail));
        if (configured.isPresent()) {
            return configured;
        }
        var host =
                wishes.host()
                        .or(() ->
                                dialogue.ask("The gateway's host name? [unknown]")
                                        .map(DomainCommand::domain));
        if (host.isEmpty() && takesMail) {
            throw Failure.usage("to whom does mail come in? Name the gateway with --host");
        }
        return host.map(name -> new Subject.Gateway(name, SIGNING, takesMail, Optional.empty()));
    }

    private List<InetAddress> senders(Wishes wishes, Optional<Subject.Gateway> gateway) {
        if (!wishes.senders().isEmpty()) {
            return wishes.senders();
        }
        boolean direct = gateway.flatMap(Subject.Gateway::smartHost).isEmpty();
        return direct
                ? dialogue.ask("Which address does its mail leave from? [that of the gateway]")
                        .map(DomainCommand::address)
                        .map(List::of)
                        .orElse(List.of())
                : List.of();
    }

    /// Those that are missing.
    private List<KeyView> keys(Wishes wishes, DomainFacts facts) {
        var missing = new TreeSet<>(wishes.algorithms());
        if (missing.isEmpty()) {
            facts.config()
                    .flatMap(known -> known.own(domain))
                    .map(Config.OwnDomain::algorithms)
                    .orElse(List.of(Config.Algorithm.values()))
                    .forEach(one -> missing.add(one.name().toLowerCase(Locale.ROOT)));
        }
        facts.keys().stream()
                .filter(DomainAdding::isOfUse)
                .forEach(key -> missing.remove(key.algorithm()));
        if (missing.isEmpty()) {
            return List.of();
        }
        var agreed =
                dialogue.ask(
                        "Make DKIM keys (%s) for %s? [yes]"
                                .formatted(String.join(", ", missing), domain));
        if (agreed.filter(word -> !word.toLowerCase(Locale.ROOT).startsWith("y")).isPresent()) {
            return List.of();
        }
        try (var operations = Access.openOrCreate(io, data)) {
            return operations.newDkimKeys(
                    new NewKeys(domain.name(), missing, Optional.empty(), Optional.empty()));
        }
    }

    private static boolean isOfUse(KeyView key) {
        return switch (key.state()) {
            case "created", "published", "active" -> true;
            default -> false;
        };
    }

    private String block(Optional<String> reports, Optional<String> inside) {
        var block = new StringBuilder("[[domain]]\nname = \"" + domain + "\"\n");
        inside.ifPresent(host ->
                block.append("deliver_to = [\"")
                        .append(host)
                        .append("\"]\n")
                        .append("recipients = { list = [\"postmaster@")
                        .append(domain)
                        .append("\"] }  # all who take mail, see docs/recipients.md\n"));
        reports.filter(_ -> inside.isPresent())
                .filter(address -> address.endsWith("@" + domain))
                .ifPresent(address ->
                        block.append("dmarc_reports = \"").append(address).append("\"\n"));
        return block.toString();
    }

    private void print(Added added) {
        io.line("; The mail of " + domain + ", for its zone file.");
        if (!added.made().isEmpty()) {
            io.line("; Keys were made: " + String.join(", ", added.made()) + ".");
        }
        for (var one : added.records()) {
            io.line("");
            io.line(
                    "; "
                            + one.topic()
                            + (one.needed() ? "" : ", advice")
                            + ": "
                            + Table.printable(one.why()));
            io.line((one.needed() ? "" : "; ") + one.record());
        }
        added.configuration()
                .ifPresent(block -> {
                    io.line("");
                    io.line("; Not in the configuration yet; add, then `postern reload`:");
                    block.lines().forEach(line -> io.line(";   " + line));
                });
        io.line("");
        io.line("; Once published: postern domain check " + domain);
    }
}
