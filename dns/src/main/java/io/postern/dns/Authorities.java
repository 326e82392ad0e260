package io.postern.dns;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.random.RandomGenerator;

/// Asks all authoritative servers of a name directly what they have.
public final class Authorities {
    /// Most servers of a zone that are asked: as many as the root zone has.
    public static final int MAX_SERVERS = 13;

    /// Most addresses of a server that are asked.
    public static final int MAX_ADDRESSES = 2;

    /// How servers are reached.
    ///
    /// @param deadline bound on asking all servers of a name, which is done at once
    /// @param port where they listen: 53, but in laboratories
    /// @param elsewhere servers by name that are asked at this address in place of those that the
    ///   DNS has for them
    public record Settings(Duration deadline, int port, Map<String, InetSocketAddress> elsewhere) {
        /// 5 s, port 53, nobody elsewhere.
        public static final Settings DEFAULT = new Settings(Duration.ofSeconds(5), 53, Map.of());

        public Settings {
            elsewhere = Map.copyOf(elsewhere);
        }
    }

    /// @param delegations who serves a zone
    /// @param addresses where the servers are
    /// @param random ids of questions and the case of their letters; nobody may guess it
    public Authorities(
            Delegations delegations,
            Resolver addresses,
            Settings settings,
            RandomGenerator random) {}

    /// Asks about the TXT records of a name. Blocks, at most for the deadlines of the resolver and
    /// the settings' own.
    public Survey survey(String name) {
        return new Survey.Unknown("not yet written: " + name);
    }
}
