package io.postern.smtp.client;

import io.postern.mail.Domain;
import io.postern.mail.Host;
import java.net.InetAddress;
import java.time.InstantSource;
import java.util.Optional;

/// How connections are made.
///
/// @param ehloName our name for EHLO and HELO: a domain or an address literal (RFC 5321 §4.1.4)
/// @param localAddress the local address to connect from; the system's choice when absent
/// @param timeouts the limits of each stage
/// @param tls whether and how TLS is used
/// @param serverName the name for SNI (RFC 6066 §3) and for the check of the certificate: the MX
///   host or smart host; none when absent
/// @param clock for [SmtpConnection#idleSince]; time limits do not depend on it
public record ClientSettings(
        Host ehloName,
        Optional<InetAddress> localAddress,
        Timeouts timeouts,
        TlsPolicy tls,
        Optional<Domain> serverName,
        InstantSource clock) {
    /// In clear, from any address, with the limits of RFC 5321.
    public static ClientSettings plain(Host ehloName) {
        return new ClientSettings(
                ehloName,
                Optional.empty(),
                Timeouts.RFC_5321,
                new TlsPolicy.None(),
                Optional.empty(),
                InstantSource.system());
    }

    public ClientSettings withTls(TlsPolicy other, Optional<Domain> name) {
        return new ClientSettings(ehloName, localAddress, timeouts, other, name, clock);
    }

    public ClientSettings withTimeouts(Timeouts others) {
        return new ClientSettings(ehloName, localAddress, others, tls, serverName, clock);
    }

    public ClientSettings withLocalAddress(InetAddress address) {
        return new ClientSettings(ehloName, Optional.of(address), timeouts, tls, serverName, clock);
    }

    public ClientSettings withClock(InstantSource other) {
        return new ClientSettings(ehloName, localAddress, timeouts, tls, serverName, other);
    }
}
