package io.postern.cli;

import io.postern.dns.Aliases;
import io.postern.dns.DnsResolver;
import io.postern.dns.Resolver;
import io.postern.dns.ZoneFileResolver;
import io.postern.gateway.config.Config;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// The DNS as a command sees it: a resolver, or a zone file that knows nothing else.
///
/// @param aliases of the same view
record OutsideDns(Resolver resolver, Aliases aliases) {
    private static final Duration DEADLINE = Duration.ofSeconds(5);
    private static final long MAX_ZONE_OCTETS = 16L * 1024 * 1024;

    /// What `--dns` names, else the configuration's resolvers, else the system's.
    static OutsideDns of(Io io, Optional<String> named, Optional<Config> config) {
        if (named.isEmpty()) {
            return asking(
                    config.map(known -> known.dns().servers())
                            .filter(servers -> !servers.isEmpty())
                            .map(servers ->
                                    servers.stream()
                                            .map(server -> server.toSocketAddress())
                                            .toList())
                            .orElseGet(DnsResolver::systemServers));
        }
        var server = DnsResolver.server(named.get());
        if (server.isPresent()) {
            return asking(List.of(server.get()));
        }
        var zone = zoneFile(io, Path.of(named.get()));
        return new OutsideDns(zone, zone);
    }

    private static OutsideDns asking(List<InetSocketAddress> servers) {
        var resolver = new DnsResolver(servers, DEADLINE);
        return new OutsideDns(resolver, resolver);
    }

    /// The zone file of that name.
    static ZoneFileResolver zoneFile(Io io, Path file) {
        String text;
        try {
            if (Files.size(io.file(file)) > MAX_ZONE_OCTETS) {
                throw Failure.of(file + " is too large for a zone file", "name another");
            }
            text = Files.readString(io.file(file), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw Inputs.unreadable(file, e);
        }
        return switch (ZoneFileResolver.parse(text)) {
            case ZoneFileResolver.Parsed.Ok(var resolver) -> resolver;
            case ZoneFileResolver.Parsed.Bad(int line, var why) ->
                    throw Failure.of(file + ":" + line + ": " + why, "");
        };
    }
}
