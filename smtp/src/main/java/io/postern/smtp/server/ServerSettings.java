package io.postern.smtp.server;

import java.net.InetAddress;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/// What one listener is made of.
///
/// @param name the listener's name, for logs and [SessionFacts]
/// @param hostname how the server calls itself in the greeting and in the reply to EHLO
/// @param endpoint where it listens
/// @param limits its bounds
/// @param tls how STARTTLS is served; empty: it is not offered
/// @param clock measures sessions and data rates; a [SteadyClock], so that nobody's session ends
///   when the machine's clock is set
/// @param balancers the load balancers: a connection from one of them must begin with a header of
///   the PROXY protocol, version 2, and its client is whom that announces; from anybody else such a
///   header is never read
/// @param dsn whether delivery status notifications are offered (RFC 3461): not to clients whose
///   reverse-path may be anybody's, for they would decide who is sent a report
/// @param admission asked for each connection; one that it refuses is answered 421 4.3.2
public record ServerSettings(
        String name,
        String hostname,
        Endpoint endpoint,
        Limits limits,
        Optional<ServerTls> tls,
        InstantSource clock,
        Predicate<InetAddress> balancers,
        boolean dsn,
        BooleanSupplier admission) {
    /// With DSN, for all, and without balancers: the client is always the connection's peer.
    public ServerSettings(
            String name,
            String hostname,
            Endpoint endpoint,
            Limits limits,
            Optional<ServerTls> tls,
            InstantSource clock) {
        this(name, hostname, endpoint, limits, tls, clock, _ -> false, true, () -> true);
    }
}
