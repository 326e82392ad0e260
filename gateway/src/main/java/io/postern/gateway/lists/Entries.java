package io.postern.gateway.lists;

import io.postern.gateway.config.AbuseConfig.Subject;
import io.postern.gateway.config.Network;
import io.postern.mail.Domain;
import io.postern.mail.Mailbox;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// What a list holds, made ready for look-ups. Immutable.
sealed interface Entries {
    /// Networks of clients.
    record Networks(NetworkSet set) implements Entries {}

    /// Names that clients give or have.
    record Names(NameSet set) implements Entries {}

    /// Reverse-paths: addresses, local parts at any domain, domains.
    ///
    /// @param addresses in lower case; local parts of a reverse-path are compared without case,
    ///   because whoever is to be refused chooses it
    /// @param localParts in lower case
    record ReversePaths(Set<String> addresses, Set<String> localParts, NameSet domains)
            implements Entries {
        boolean contains(Mailbox mailbox) {
            var host = mailbox.host().toString().toLowerCase(Locale.ROOT);
            var localPart = mailbox.localPart().toLowerCase(Locale.ROOT);
            return addresses.contains(localPart + "@" + host)
                    || localParts.contains(localPart)
                    || domains.contains(host);
        }
    }

    /// What lines turned out to be.
    sealed interface Parsed {
        record Ok(Entries entries, int count) implements Parsed {}

        /// Not entries.
        ///
        /// @param line from 1
        record Bad(int line, String why) implements Parsed {}
    }

    /// Most entries of one list.
    int MOST = 1_000_000;

    /// Reads entries, one a line; empty lines and those that begin with `#` are none, and what
    /// follows a blank and `#` is a remark.
    static Parsed parse(Subject of, List<String> lines) {
        var entries = new ArrayList<String>();
        var networks = new ArrayList<Network>();
        for (int i = 0; i < lines.size(); i++) {
            var entry = entry(lines.get(i));
            if (entry.isEmpty()) {
                continue;
            }
            if (entries.size() + networks.size() == MOST) {
                return new Parsed.Bad(i + 1, "more than " + MOST + " entries");
            }
            if (of == Subject.CLIENT) {
                var network = Network.parse(entry);
                if (network.isEmpty()) {
                    return new Parsed.Bad(i + 1, wrong(entry, "a network such as 192.0.2.0/24"));
                }
                networks.add(network.get());
            } else {
                var why = of == Subject.REVERSE_PATH ? notAPath(entry) : notAName(entry, of);
                if (why.isPresent()) {
                    return new Parsed.Bad(i + 1, why.get());
                }
                entries.add(ascii(entry));
            }
        }
        return new Parsed.Ok(compiled(of, entries, networks), entries.size() + networks.size());
    }

    private static Entries compiled(Subject of, List<String> entries, List<Network> networks) {
        return switch (of) {
            case CLIENT -> new Networks(new NetworkSet(networks));
            case HELO, REVERSE_NAME -> new Names(new NameSet(entries));
            case REVERSE_PATH -> {
                var addresses = new HashSet<String>();
                var localParts = new HashSet<String>();
                var domains = new ArrayList<String>();
                for (var entry : entries) {
                    if (entry.endsWith("@")) {
                        localParts.add(entry.substring(0, entry.length() - 1));
                    } else if (entry.indexOf('@') >= 0) {
                        addresses.add(entry);
                    } else {
                        domains.add(entry);
                    }
                }
                yield new ReversePaths(addresses, localParts, new NameSet(domains));
            }
        };
    }

    private static String entry(String line) {
        int remark = line.startsWith("#") ? 0 : line.indexOf(" #");
        return (remark < 0 ? line : line.substring(0, remark)).strip();
    }

    private static Optional<String> notAName(String entry, Subject of) {
        if (of == Subject.HELO && entry.startsWith("[") && entry.endsWith("]")) {
            return Optional.empty();
        }
        return isName(entry)
                ? Optional.empty()
                : Optional.of(wrong(entry, "a name such as example.com or .example.com"));
    }

    private static Optional<String> notAPath(String entry) {
        if (entry.equals("<>")) {
            return Optional.of("<> can't be listed: RFC 2505 §2.6.1 wants it never refused");
        }
        int at = entry.lastIndexOf('@');
        boolean good =
                at < 0 ? isName(entry) : at > 0 && (at == entry.length() - 1 || isHost(entry, at));
        return good
                ? Optional.empty()
                : Optional.of(
                        wrong(
                                entry,
                                "user@example.com, user@, example.com or .example.com, without < >"));
    }

    private static boolean isHost(String entry, int at) {
        var host = entry.substring(at + 1);
        return !entry.startsWith("<")
                && (Domain.parse(host).isPresent() || (host.startsWith("[") && host.endsWith("]")));
    }

    private static boolean isName(String entry) {
        return Domain.parse(entry.startsWith(".") ? entry.substring(1) : entry).isPresent();
    }

    /// In lower case, domains in A-labels.
    private static String ascii(String entry) {
        int at = entry.lastIndexOf('@') + 1;
        int dot = at < entry.length() && entry.charAt(at) == '.' ? 1 : 0;
        var domain = Domain.parse(entry.substring(at + dot)).map(Domain::name);
        return (entry.substring(0, at + dot) + domain.orElse(entry.substring(at + dot)))
                .toLowerCase(Locale.ROOT);
    }

    private static String wrong(String entry, String form) {
        var shown = entry.length() > 80 ? entry.substring(0, 80) + "…" : entry;
        return "\"" + shown + "\" is not " + form;
    }

    /// Whether a client's address is among networks; false for entries of another kind.
    default boolean containsClient(InetAddress client) {
        return this instanceof Networks(var set) && set.contains(client);
    }

    /// Whether a name is among names; false for entries of another kind.
    default boolean containsName(String name) {
        return this instanceof Names(var set) && set.contains(name);
    }

    /// Whether a mailbox is among reverse-paths; false for entries of another kind.
    default boolean containsMailbox(Mailbox mailbox) {
        return this instanceof ReversePaths paths && paths.contains(mailbox);
    }
}
