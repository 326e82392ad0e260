package io.postern.km.ca;

import io.postern.mail.Mailbox;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// What a subscriber's certificate says: mailbox-validated, so the address and nobody's name (CA/B
/// S/MIME BR 7.1.4.2.2).
///
/// @param address whose control was shown; the host a domain
/// @param usage what the key is for
/// @param notBefore the first second of validity
/// @param lifetime at most 825 days; cut where the authority ends
/// @param at where the authority's list, certificate and responder are
/// @param capabilities in order of preference
public record Subscriber(
        Mailbox address,
        Usage usage,
        Instant notBefore,
        Duration lifetime,
        Locations at,
        List<Capability> capabilities) {
    /// CA/B S/MIME BR 6.3.2 for the generation "strict".
    public static final Duration LONGEST = Duration.ofDays(825);

    /// Copies the list.
    public Subscriber {
        capabilities = List.copyOf(capabilities);
    }
}
