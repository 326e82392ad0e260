package io.postern.gateway.takeover;

import io.postern.gateway.config.Network;
import java.net.Inet4Address;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The hosts that the old set-up trusted, as networks. What can't be one is told, and a network so
/// wide that the gateway would be an open relay is left out.
final class OldNetworks {
    private static final int SHORTEST_IPV4 = 8;
    private static final int SHORTEST_IPV6 = 16;

    private static final String MAPPED = "::ffff:";
    private static final int MAPPED_BITS = 96;

    private final Remarks remarks;
    private final List<Network> networks = new ArrayList<>();

    OldNetworks(Remarks remarks) {
        this.remarks = remarks;
    }

    List<Network> list() {
        return List.copyOf(networks);
    }

    /// @param setting whose entry it is, such as `mynetworks`
    void add(String setting, String entry, Place place) {
        var what = setting + " " + Remarks.cut(entry);
        if (entry.startsWith("!")) {
            remarks.none(
                    place,
                    what,
                    "`trust` has no exceptions",
                    "write networks that leave it out, or refuse it with a [[rule]]");
            return;
        }
        if (entry.equalsIgnoreCase("localhost")) {
            put(Network.parse("127.0.0.1").orElseThrow());
            put(Network.parse("::1").orElseThrow());
            return;
        }
        // Postfix writes IPv6 in brackets.
        var network = parse(entry.replace("[", "").replace("]", ""));
        if (network.isEmpty()) {
            remarks.none(
                    place,
                    what,
                    "`trust` takes networks, not names, which anybody can give his hosts",
                    "write the hosts' addresses");
        } else if (isWide(network.get())) {
            remarks.otherwise(
                    place,
                    what,
                    "left out: hosts of half the world could hand in mail for anywhere",
                    "write the networks of your own hosts into `trust`");
        } else {
            put(network.get());
        }
    }

    /// Debian's mynetworks has `::ffff:127.0.0.0/104`: IPv4 as IPv6 sees it (RFC 4291 §2.5.5.2).
    private static Optional<Network> parse(String text) {
        int slash = text.indexOf('/');
        if (slash > 0 && text.regionMatches(true, 0, MAPPED, 0, MAPPED.length())) {
            try {
                int prefix = Integer.parseInt(text.substring(slash + 1)) - MAPPED_BITS;
                return Network.parse(text.substring(MAPPED.length(), slash) + "/" + prefix);
            } catch (NumberFormatException _) {
                return Optional.empty();
            }
        }
        return Network.parse(text);
    }

    private void put(Network network) {
        if (!networks.contains(network)) {
            networks.add(network);
        }
    }

    private static boolean isWide(Network network) {
        if (network.base() instanceof Inet4Address) {
            return network.prefix() < SHORTEST_IPV4;
        }
        int first = network.base().getAddress()[0] & 0xff;
        // RFC 4193, RFC 4291 §2.5.6: unique local and link-local are nobody else's.
        boolean own = first == 0xfc || first == 0xfd || first == 0xfe;
        return network.prefix() < (own ? 7 : SHORTEST_IPV6);
    }
}
