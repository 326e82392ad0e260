package io.postern.cli;

import io.postern.admin.Json;
import io.postern.auth.published.DomainCheck;
import io.postern.mail.Domain;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "domain",
        synopsisSubcommandLabel = "COMMAND",
        description = "Says what the DNS of a domain needs for its mail, and verifies it.",
        footer = {
            "",
            "Examples:",
            "  postern domain add example.com",
            "  postern domain check example.com",
            "  postern domain check example.com --selector mailing --ip 192.0.2.1 --json"
        })
final class DomainCommand extends Common implements Runnable {
    private static final int MOST = 64;

    private final Io io;

    DomainCommand(Io io) {
        this.io = io;
    }

    @Override
    public void run() {
        throw Failure.usage("name what to do; see `postern domain --help`");
    }

    @Command(
            name = "check",
            description = {
                "Looks at what a domain publishes about its mail, as others see it: DKIM, SPF, DMARC, MX, MTA-STS, "
                        + "TLS-RPT. Below each finding stands the record to publish, if there is one.",
                "",
                "Our keys, and whether mail comes in here, are known by the data folder and by the configuration of a "
                        + "gateway that runs or is named. Any other domain can be checked too.",
                "Ends with 0 when all is well or there is only advice, 1 with a warning or an error, 75 when the DNS "
                        + "gave no answer and nothing else is wrong."
            },
            footer = {
                "",
                "Examples:",
                "  postern domain check example.com",
                "  postern domain check example.com --selector mailing --selector s2024",
                "  postern domain check example.com --ip 192.0.2.1 --dns 192.0.2.53",
                "  postern domain check example.com --dns example.com.zone --json"
            })
    int check(
            @Mixin DataOptions.AndCommon data,
            @Parameters(paramLabel = "DOMAIN", description = "In A-labels or U-labels.")
                    String name,
            @Option(
                            names = "--selector",
                            paramLabel = "NAME",
                            description =
                                    "Look at this DKIM key too, of another machine. May be repeated.")
                    List<String> selectors,
            @Option(
                            names = "--ip",
                            paramLabel = "ADDRESS",
                            description =
                                    "Mail of the domain leaves from here; SPF must allow it. May be repeated (default:"
                                            + " the addresses of the gateway's hostname).")
                    List<String> ips,
            @Option(
                            names = "--dns",
                            paramLabel = "SERVER",
                            description =
                                    "Ask this resolver, such as 192.0.2.53 or [2001:db8::53]:5353, or read this zone"
                                            + " file and nothing else (default: as the gateway, else as this machine).")
                    Optional<String> dns,
            @Option(names = "--json", description = "As JSON.") boolean json) {
        var domain = domain(name);
        var senders = addresses(ips);
        var others = bounded("--selector", selectors);
        var facts = DomainFacts.of(io, data, domain, dns.isEmpty());
        var outside = OutsideDns.of(io, dns, facts.config());
        var keys = new KeySights(outside.resolver()).of(facts.keys(), facts.checks());
        var view =
                DomainView.of(
                        domain.name(),
                        DomainCheck.of(
                                facts.subject(keys, others, senders, outside.resolver()),
                                outside.resolver(),
                                outside.aliases(),
                                io.clock(),
                                probe()));
        if (json) {
            io.line(Json.pretty(view));
        } else {
            new DomainText(io).print(view);
        }
        return view.exitCode();
    }

    @Command(
            name = "add",
            description = {
                "Makes the DKIM keys of a domain and prints all that its DNS needs, ready for a zone file: DKIM, SPF, "
                        + "DMARC, MX, and as advice MTA-STS and TLS-RPT. Keys that are there already are kept.",
                "",
                "At a terminal it asks for what no option says. What the configuration file needs is printed too, "
                        + "as comments; the file is never changed."
            },
            footer = {
                "",
                "Examples:",
                "  postern domain add example.com",
                "  postern domain add example.com --yes --ip 192.0.2.1 >> example.com.zone",
                "  postern domain add example.com --deliver-to 10.0.0.7:25 --json"
            })
    int add(
            @Mixin DataOptions.AndCommon data,
            @Parameters(
                            arity = "0..1",
                            paramLabel = "DOMAIN",
                            description = "In A-labels or U-labels.")
                    Optional<String> name,
            @Option(
                            names = "--algorithm",
                            paramLabel = "ALG",
                            split = ",",
                            description = "Of the keys: rsa, ed25519, or both (default: both).")
                    Set<String> algorithms,
            @Option(
                            names = "--rua",
                            paramLabel = "ADDRESS",
                            description = "Where others send DMARC reports.")
                    Optional<String> rua,
            @Option(
                            names = "--ip",
                            paramLabel = "ADDRESS",
                            description = "Mail of the domain leaves from here. May be repeated.")
                    List<String> ips,
            @Option(
                            names = "--host",
                            paramLabel = "NAME",
                            description = "The gateway's host name (default: that of --config).")
                    Optional<String> host,
            @Option(
                            names = "--deliver-to",
                            paramLabel = "HOST:PORT",
                            description =
                                    "The inside host that takes the domain's mail; without one none comes in here.")
                    Optional<String> inside,
            @Option(
                            names = {"-y", "--yes"},
                            description = "Ask nothing.")
                    boolean yes,
            @Option(names = "--json", description = "As JSON.") boolean json) {
        var dialogue = Dialogue.of(io, yes || json);
        var domain =
                domain(
                        name.or(() -> dialogue.ask("Domain?"))
                                .orElseThrow(() ->
                                        Failure.usage(
                                                "name the domain, such as `postern domain add"
                                                        + " example.com`")));
        var wishes =
                new DomainAdding.Wishes(
                        algorithms == null ? Set.of() : algorithms,
                        rua,
                        addresses(ips),
                        host.map(DomainCommand::domain),
                        inside);
        new DomainAdding(io, data, dialogue, domain).run(wishes, json);
        return 0;
    }

    static Domain domain(String text) {
        var plain = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
        return Domain.parse(plain)
                .filter(domain -> domain.name().indexOf('.') > 0)
                .orElseThrow(() ->
                        Failure.usage(
                                Table.printable(text)
                                        + " is not a domain; give one such as example.com"));
    }

    private static List<InetAddress> addresses(List<String> texts) {
        return bounded("--ip", texts).stream().map(DomainCommand::address).toList();
    }

    static InetAddress address(String text) {
        try {
            return InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException _) {
            throw Failure.usage(
                    "--ip is an address such as 192.0.2.7 or 2001:db8::7, not "
                            + Table.printable(text));
        }
    }

    private static List<String> bounded(String option, @Nullable List<String> values) {
        if (values != null && values.size() > MOST) {
            throw Failure.usage(option + " is given more than " + MOST + " times");
        }
        return values == null ? List.of() : values;
    }

    /// A label that nobody has published.
    private static String probe() {
        var octets = new byte[8];
        new SecureRandom().nextBytes(octets);
        return "x" + HexFormat.of().formatHex(octets);
    }
}
