package io.postern.gateway.config;

import io.postern.dns.TsigKey;
import io.postern.mail.Domain;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// How DKIM keys live: docs/dkim-keys.md tells the story.
public final class DkimConfig {
    /// A domain's `publish` that means its operator.
    public static final String BY_HAND = "hand";

    private DkimConfig() {}

    /// Whether the DNS is looked at before a key signs.
    public enum Check {
        ON,
        OFF
    }

    /// What becomes of mail when no key of its domain is in the DNS any more.
    public enum Missing {
        /// It is taken and held, and signed and sent when a key is there again.
        HOLD,
        /// It goes unsigned.
        UNSIGNED,
        /// It is answered 451.
        DEFER
    }

    /// For all domains.
    public record Dkim(
            @Setting(
                            otherwise = "\"180d\"",
                            min = 0,
                            doc =
                                    "How long a key signs before its successor is made by itself; up to a sixth earlier, so "
                                            + "that not all domains rotate at once. `0s` for never. With a domain that publishes by "
                                            + "hand the successor waits until its record is there.")
                    Duration rotate,
            @Setting(
                            otherwise = "\"30d\"",
                            min = 3600,
                            doc =
                                    "How long the record of a key that is void says so, with an empty `p=`, before it is "
                                            + "removed.")
                    Duration revoked,
            @Setting(
                            otherwise = "\"1h\"",
                            min = 60,
                            max = 604800,
                            doc =
                                    "How often the record of each key that signs is looked at, on every authoritative server.")
                    Duration watch,
            @Setting(
                            otherwise = "100",
                            min = 0,
                            doc =
                                    "One of so many messages is verified with the key as the DNS has it, right after it was "
                                            + "signed and before the 250; always the first after a change of keys. 1 for each "
                                            + "message, 0 for none.")
                    int verify,
            @Setting(
                            otherwise = "\"hold\"",
                            doc =
                                    "What becomes of mail when no key of its domain is in the DNS any more: held and sent when "
                                            + "one is there again, sent `unsigned`, or `defer` (451). A domain that never had one is "
                                            + "always answered 451.")
                    Missing missing,
            @Setting(otherwise = "2048", min = 2048, max = 4096, doc = "Bits of new RSA keys.")
                    int bits,
            @Setting(
                            doc =
                                    "Authoritative servers that are asked elsewhere than the DNS says, for laboratories and "
                                            + "split DNS: `ns1.example.com=192.0.2.53:5353`.")
                    List<String> authorities) {}

    /// For one domain.
    public record OwnDkim(
            @Setting(
                            otherwise = "\"on\"",
                            doc =
                                    "Whether the DNS is looked at. With `off`, for laboratories, keys sign as soon as they "
                                            + "are made, and nothing rotates by itself; each start warns of it.")
                    Check check,
            @Setting(
                            otherwise = "\"hand\"",
                            doc =
                                    "Who puts the domain's key records into the DNS: `hand`, or the name of a [[publisher]].")
                    String publish,
            @Setting(
                            doc =
                                    "A zone of yours that the domain's selectors are aliases into, set once by whoever has the "
                                            + "domain: `s1._domainkey` to `s1.DOMAIN.ZONE`, and `s2`; `e1` and `e2` as well for "
                                            + "Ed25519. Keys take turns there for ever.")
                    Optional<Domain> slots,
            @Setting(doc = "As in [dkim].") Optional<Duration> rotate,
            @Setting(min = 0, doc = "As in [dkim].") Optional<Integer> verify,
            @Setting(doc = "As in [dkim].") Optional<Missing> missing) {}

    /// Who puts records into the DNS: a name server that takes updates, or a program of yours.
    public record Publisher(
            @Setting(required = true, doc = "What `publish` names it by.") String name,
            @Setting(
                            doc =
                                    "`host:port` of the primary name server, which takes dynamic updates (RFC 2136).")
                    Optional<HostPort> server,
            @Setting(
                            doc =
                                    "The file with the key that updates are signed with (TSIG, RFC 8945), as `tsig-keygen` "
                                            + "writes it.")
                    Optional<Path> key,
            @Setting(otherwise = "\"1h\"", min = 60, max = 86400, doc = "TTL of the records.")
                    Duration ttl,
            @Setting(
                            doc =
                                    "In place of a server, a program and its arguments. It gets one JSON object on standard "
                                            + "input: `action` (`publish` or `remove`), `domain`, `selector`, `name`, `text`, "
                                            + "`strings`, `ttl`. Exit code 0 means done; anything else fails, with what it wrote to "
                                            + "standard error.")
                    List<String> command,
            @Setting(
                            otherwise = "\"30s\"",
                            min = 1,
                            max = 600,
                            doc = "How long a change may take; a program is killed then.")
                    Duration deadline) {}

    /// The key in a publisher's file.
    ///
    /// @throws ConfigException when it can't be read or is none
    public static TsigKey tsigKey(Path file) {
        String text;
        try {
            text = Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new ConfigException("TSIG key " + file + ": can't be read (" + e + ")", e);
        }
        return switch (TsigKey.parse(text)) {
            case TsigKey.Parsed.Ok(var key) -> key;
            case TsigKey.Parsed.Bad(var why) ->
                    throw new ConfigException("TSIG key " + file + ": " + why);
        };
    }

    /// The servers of `dkim.authorities`, by name.
    public static Map<String, InetSocketAddress> authorities(Config config) {
        var servers = new HashMap<String, InetSocketAddress>();
        for (var text : config.dkim().authorities()) {
            authority(text).ifPresent(entry -> servers.put(entry.getKey(), entry.getValue()));
        }
        return servers;
    }

    private static Optional<Map.Entry<String, InetSocketAddress>> authority(String text) {
        int equals = text.indexOf('=');
        if (equals <= 0) {
            return Optional.empty();
        }
        var name = text.substring(0, equals).toLowerCase(Locale.ROOT);
        return HostPort.parse(text.substring(equals + 1))
                .map(HostPort::toSocketAddress)
                .filter(address -> !address.isUnresolved())
                .map(address -> Map.entry(name, address));
    }

    /// What no single key can say.
    static void check(Config config, Binder binder, List<String> wrong) {
        for (var text : config.dkim().authorities()) {
            if (authority(text).isEmpty()) {
                wrong.add(
                        binder.place("dkim.authorities")
                                + "dkim.authorities has \""
                                + text
                                + "\", which is not such as ns1.example.com=192.0.2.53:5353");
            }
        }
        var names = new HashSet<String>();
        for (int i = 0; i < config.publisher().size(); i++) {
            check(config.publisher().get(i), binder.place("publisher[" + i + "]"), names, wrong);
        }
        for (int i = 0; i < config.domain().size(); i++) {
            var domain = config.domain().get(i);
            var publish = domain.dkim().publish();
            if (!publish.equals(BY_HAND) && !names.contains(publish)) {
                wrong.add(
                        binder.place("domain[" + i + "].dkim.publish")
                                + "publish = \""
                                + publish
                                + "\": there is no [[publisher]] with that name");
            }
        }
    }

    private static void check(
            Publisher publisher, String place, Set<String> names, List<String> wrong) {
        if (publisher.name().equals(BY_HAND) || !names.add(publisher.name())) {
            wrong.add(place + "publisher \"" + publisher.name() + "\": the name is taken");
        }
        boolean update = publisher.server().isPresent() && publisher.key().isPresent();
        boolean program = !publisher.command().isEmpty();
        boolean half = publisher.server().isPresent() != publisher.key().isPresent();
        if (half || update == program) {
            wrong.add(
                    place
                            + "publisher \""
                            + publisher.name()
                            + "\" needs either server and key, or command");
        }
        if (publisher.key().isPresent()) {
            try {
                var _ = tsigKey(publisher.key().get());
            } catch (ConfigException e) {
                wrong.add(place + e.getMessage());
            }
        }
    }
}
