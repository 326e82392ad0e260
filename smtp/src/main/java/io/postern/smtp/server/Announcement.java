package io.postern.smtp.server;

import io.postern.smtp.server.ProxyHeader.Parsed;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads from a balancer's connection who its client is.
final class Announcement {
    private static final Logger log = LoggerFactory.getLogger(Announcement.class);

    private Announcement() {}

    /// The client's address; empty when the connection is to be closed, which was logged. Nothing
    /// is said to it then: who would hear is not known.
    ///
    /// @param patience longest wait for the whole header
    static Optional<InetSocketAddress> read(
            String session, InetSocketAddress balancer, Wire wire, Duration patience) {
        long until = System.nanoTime() + patience.toNanos();
        var octets = new byte[ProxyHeader.FIXED];
        int length = 0;
        while (true) {
            switch (ProxyHeader.parse(octets, length)) {
                case Parsed.Ok(ProxyHeader.Announced(var client)) -> {
                    log.debug("session {}: {} announces {}", session, balancer, client);
                    return Optional.of(client);
                }
                case Parsed.Ok(ProxyHeader.Local()) -> {
                    return Optional.of(balancer);
                }
                case Parsed.Bad(var why) -> {
                    return refused(session, balancer, why);
                }
                case Parsed.More(int wanted) -> {
                    octets = Arrays.copyOf(octets, wanted);
                    var left = Duration.ofNanos(until - System.nanoTime());
                    int count;
                    try {
                        count = wire.readFirst(octets, length, left);
                    } catch (SessionEnd end) {
                        count = -1;
                    }
                    if (count <= 0) {
                        return incomplete(session, balancer, length, count == 0);
                    }
                    length += count;
                }
            }
        }
    }

    private static Optional<InetSocketAddress> incomplete(
            String session, InetSocketAddress balancer, int length, boolean late) {
        if (length == 0 && !late) {
            // A balancer that only looks whether the port is open.
            log.debug("session {}: {} closed without a word", session, balancer);
            return Optional.empty();
        }
        return refused(
                session,
                balancer,
                (length == 0 ? "no PROXY header" : "a PROXY header cut short")
                        + (late ? " in time" : ""));
    }

    private static Optional<InetSocketAddress> refused(
            String session, InetSocketAddress balancer, String why) {
        log.info(
                "session {} from balancer {} closed: {}",
                session,
                balancer.getAddress().getHostAddress(),
                why);
        return Optional.empty();
    }
}
