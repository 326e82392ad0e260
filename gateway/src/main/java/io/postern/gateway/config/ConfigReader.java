package io.postern.gateway.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import io.postern.mail.Domain;
import io.postern.mail.Mailbox;
import io.postern.mail.Paths;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/// Reads `postern.toml`, strictly: an unknown key stops start-up with its place and the nearest key
/// that exists.
public final class ConfigReader {
    private static final Duration SHORTEST_RETRY = Duration.ofMillis(100);

    private static final long LARGEST_HEADER = 64L << 20;

    private ConfigReader() {}

    /// Reads and checks a file. Relative paths in it are taken from its folder.
    ///
    /// @throws ConfigException when it can't be read, is not TOML, or says something that it may
    ///   not
    public static Config read(Path file) {
        String text;
        try {
            text = Files.readString(file);
        } catch (IOException e) {
            throw new ConfigException(file + ": can't be read (" + e + ")", e);
        }
        var folder = file.toAbsolutePath().getParent();
        return parse(text, file.toString(), folder == null ? Path.of(".") : folder);
    }

    /// Reads and checks a text.
    ///
    /// @param name what to call it in errors
    /// @param folder from where relative paths in it are taken
    public static Config parse(String text, String name, Path folder) {
        JsonNode tree;
        try {
            tree = new TomlMapper().readTree(text);
        } catch (JsonProcessingException e) {
            var at = e.getLocation();
            throw new ConfigException(
                    name
                            + (at == null ? "" : ":" + at.getLineNr() + ":" + at.getColumnNr())
                            + ": not TOML: "
                            + e.getOriginalMessage(),
                    e);
        }
        var binder = new Binder(name, folder, new KeyPlaces(text));
        var config = binder.bind(tree, Config.class);
        check(config, name, binder);
        return config;
    }

    /// Reads a file that describes one directory and nothing else.
    ///
    /// @throws ConfigException as above
    public static Directory directory(Path file) {
        JsonNode tree;
        try {
            tree = new TomlMapper().readTree(Files.readString(file));
        } catch (JsonProcessingException e) {
            throw new ConfigException(file + ": not TOML: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new ConfigException(file + ": can't be read (" + e + ")", e);
        }
        var folder = file.toAbsolutePath().getParent();
        var binder =
                new Binder(
                        file.toString(), folder == null ? Path.of(".") : folder, new KeyPlaces(""));
        var all = binder.bind(tree, Directories.class).directory();
        List<String> wrong = new ArrayList<>();
        RecipientRules.checkDirectories(all, binder, wrong);
        if (all.size() != 1) {
            wrong.add("it describes " + all.size() + " directories instead of one [[directory]]");
        }
        if (!wrong.isEmpty()) {
            throw new ConfigException(file + ": " + String.join("; ", wrong));
        }
        return all.getFirst();
    }

    /// A file with directories alone.
    record Directories(
            @Setting(doc = "An LDAP directory that knows recipients.") List<Directory> directory) {}

    /// What no single key can say.
    private static void check(Config config, String name, Binder binder) {
        List<String> wrong = new ArrayList<>();
        if (config.listener().isEmpty()) {
            wrong.add("no [[listener]]: nothing would take mail. Add one with role and address");
        }
        if (config.domain().isEmpty()) {
            wrong.add("no [[domain]]: no mail would be ours to sign. Add one with its name");
        }
        for (int i = 0; i < config.listener().size(); i++) {
            var listener = config.listener().get(i);
            TlsRules.check(config, listener, binder.place("listener[" + i + "]"), wrong);
            if (listener.tlsCertificate().isPresent() != listener.tlsKey().isPresent()) {
                wrong.add(
                        binder.place("listener[" + i + "]")
                                + "tls_certificate and tls_key go together");
            }
        }
        checkBalancers(config, binder, wrong);
        var names = config.domain().stream().map(Config.OwnDomain::name).toList();
        var known = new HashSet<Domain>();
        names.stream()
                .filter(one -> !known.add(one))
                .distinct()
                .forEach(twice -> wrong.add("domain " + twice + " stands twice"));
        if (config.outbound().retry().isEmpty()) {
            wrong.add(
                    binder.place("outbound.retry")
                            + "outbound.retry is empty: give at least one wait");
        }
        config.postmaster()
                .filter(text -> Paths.mailbox(text, true) instanceof Paths.Parsed.Bad<Mailbox>)
                .ifPresent(text ->
                        wrong.add(
                                binder.place("postmaster")
                                        + "postmaster = \""
                                        + text
                                        + "\" is no address such as postmaster@example.com"));
        checkOutbound(config, binder, wrong);
        TlsRules.checkNextHops(config, binder, wrong);
        RateRules.check(config, binder, wrong);
        GuardRules.check(config, binder, wrong);
        InboundRules.check(config, binder, wrong);
        SubmissionRules.check(config, binder, wrong);
        RuleChecks.check(config, binder, wrong);
        DmarcReportRules.check(config, binder, wrong);
        DnsRules.check(config, binder, wrong);
        DkimConfig.check(config, binder, wrong);
        KmRules.check(config, binder, wrong);
        if (!wrong.isEmpty()) {
            throw new ConfigException(name + ": " + String.join("; ", wrong));
        }
    }

    /// Whoever may announce a client may announce one that is trusted.
    private static void checkBalancers(Config config, Binder binder, List<String> wrong) {
        for (int i = 0; i < config.listener().size(); i++) {
            for (var network : config.listener().get(i).proxyFrom()) {
                if (network.prefix() == 0) {
                    wrong.add(
                            binder.place("listener[" + i + "].proxy_from")
                                    + "proxy_from = "
                                    + network
                                    + " would let everybody say who they are: name the balancers");
                }
            }
        }
    }

    private static void checkOutbound(Config config, Binder binder, List<String> wrong) {
        var outbound = config.outbound();
        if (outbound.retry().stream().anyMatch(wait -> wait.compareTo(SHORTEST_RETRY) < 0)) {
            wrong.add(
                    binder.place("outbound.retry")
                            + "outbound.retry has a wait below 100ms: a next hop would be stormed");
        }
        if (outbound.capture().isPresent()) {
            if (outbound.smartHost().isPresent()) {
                wrong.add(
                        binder.place("outbound.capture")
                                + "outbound.capture and outbound.smart_host exclude each other: mail"
                                + " is kept in a folder, or leaves");
            }
            if (!config.route().isEmpty()) {
                wrong.add(
                        binder.place("outbound.capture")
                                + "outbound.capture and [[route]] exclude each other: mail is kept in"
                                + " a folder, or leaves");
            }
        }
        var routed = new HashSet<Domain>();
        for (int i = 0; i < config.route().size(); i++) {
            var route = config.route().get(i);
            if (route.to().isEmpty()) {
                wrong.add(
                        binder.place("route[" + i + "].to")
                                + "route.to is empty: give at least one host:port");
            }
            if (!routed.add(route.domain())) {
                wrong.add(
                        binder.place("route[" + i + "]")
                                + "there are two routes for "
                                + route.domain());
            }
        }
        if (config.limits().header().bytes() > LARGEST_HEADER) {
            wrong.add(
                    binder.place("limits.header")
                            + "limits.header is above 64 MiB, and header sections stay in memory");
        }
    }
}
