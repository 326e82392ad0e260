package io.postern.cli;

import io.postern.gateway.config.Directory;
import io.postern.gateway.config.HostPort;
import io.postern.gateway.directory.DirectoryPeople;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Option;

/// A directory as the source of people.
final class KmDirectory {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @Option(
            names = "--ldap",
            paramLabel = "URL",
            description =
                    "Take people from a directory: ldaps://HOST[:PORT], or ldap://HOST[:PORT] with StartTLS.")
    Optional<URI> url = Optional.empty();

    @Option(names = "--base", paramLabel = "DN", description = "Where its search begins.")
    String base = "";

    @Option(
            names = "--filter",
            paramLabel = "FILTER",
            description = "Whom it finds (RFC 4515), such as (&(mail=*)(employeeType=internal)).")
    String filter = "";

    @Option(
            names = "--attribute",
            paramLabel = "NAME",
            description = "What holds the address (default: mail).")
    String attribute = "mail";

    @Option(names = "--bind-dn", paramLabel = "DN", description = "Who asks (default: nobody).")
    Optional<String> bindDn = Optional.empty();

    @Option(
            names = "--bind-password-file",
            paramLabel = "FILE",
            description = "With the password in its first line, 0600.")
    Optional<Path> passwordFile = Optional.empty();

    @Option(
            names = "--ldap-ca",
            paramLabel = "FILE",
            description = "PEM of the authorities that its certificate is verified against.")
    Optional<Path> authorities = Optional.empty();

    @Option(
            names = "--ldap-in-clear",
            description = "No TLS with ldap://, for a directory on this machine.")
    boolean inClear;

    /// Asks it.
    KmPeople people(Io io) {
        var settings = settings(io, url.orElseThrow());
        if (base.isEmpty() || filter.isEmpty()) {
            throw Failure.usage("--ldap needs --base and --filter");
        }
        if (bindDn.isPresent() != passwordFile.isPresent()) {
            throw Failure.usage("--bind-dn and --bind-password-file go together");
        }
        List<DirectoryPeople.Person> found;
        try {
            found = DirectoryPeople.find(settings, filter, KmPeople.MOST);
        } catch (IOException e) {
            throw new Failure(
                    "the directory %s gave nobody: %s"
                            .formatted(settings.servers().getFirst(), e.getMessage()),
                    e);
        }
        var people = new KmPeople();
        for (var one : found) {
            var dn = Table.printable(one.dn());
            if (one.address().isEmpty()) {
                people.wrong().add(dn + " has no " + attribute);
            } else {
                people.add(dn, one.address().get().strip(), "");
            }
        }
        return people;
    }

    private Directory settings(Io io, URI from) {
        var scheme = from.getScheme() == null ? "" : from.getScheme().toLowerCase(Locale.ROOT);
        boolean tls = scheme.equals("ldaps");
        if ((!tls && !scheme.equals("ldap")) || from.getHost() == null) {
            throw Failure.usage(
                    Table.printable(from.toString())
                            + " is no directory: ldaps://HOST[:PORT] or ldap://HOST[:PORT]");
        }
        var host = from.getHost().replaceAll("[\\[\\]]", "");
        int port = from.getPort() > 0 ? from.getPort() : tls ? 636 : 389;
        var kind = inClear ? Directory.Tls.NONE : Directory.Tls.STARTTLS;
        return new Directory(
                host,
                List.of(new HostPort(host, port)),
                tls ? Directory.Tls.LDAPS : kind,
                authorities.map(io::file),
                bindDn,
                passwordFile.map(io::file),
                base,
                List.of(attribute),
                Optional.empty(),
                1,
                TIMEOUT,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO,
                100);
    }
}
