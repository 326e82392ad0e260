package io.postern.mail;

import java.net.InetAddress;
import java.time.Instant;
import java.util.Optional;

/// Trace information. RFC 5321 §4.4.
public final class Trace {
    private Trace() {}

    /// What a Received field tells. Every text may be hostile.
    ///
    /// @param heloName as the client gave it
    /// @param reverseName verified: it leads back to the client's address
    /// @param by our own name
    /// @param protocol such as ESMTPS (RFC 3848)
    /// @param tls such as `TLSv1.3 TLS_AES_256_GCM_SHA384`
    /// @param onlyRecipient the recipient when there is exactly one: more would tell each of the
    ///   others
    public record Received(
            String heloName,
            Optional<Domain> reverseName,
            InetAddress client,
            String by,
            String protocol,
            Optional<String> tls,
            String id,
            Optional<ForwardPath> onlyRecipient,
            Instant at) {}

    /// The Received field, folded at 78 octets.
    public static HeaderField received(Received facts) {
        return Stub.missing();
    }

    /// How many Received fields there are: 100 or more are a loop (RFC 5321 §6.3).
    public static int hops(HeaderFields header) {
        return header.all("Received").size();
    }
}
