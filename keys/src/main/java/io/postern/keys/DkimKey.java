package io.postern.keys;

import io.postern.mail.Domain;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// A DKIM key as the store knows it, without its private half.
///
/// @param selector lower case, without the domain
/// @param bits 256 for Ed25519
/// @param publicKey the value of `p=`: base64, RSA as SubjectPublicKeyInfo (RFC 6376 §3.6.1),
///   Ed25519 as 32 octets (RFC 8463 §4)
/// @param history every change of state, oldest first; the first made it
public record DkimKey(
        Domain domain,
        String selector,
        KeyType type,
        int bits,
        String publicKey,
        Instant createdAt,
        List<StateChange> history) {
    public DkimKey {
        history = List.copyOf(history);
    }

    /// The same key, one step on.
    DkimKey with(StateChange change) {
        var longer = new ArrayList<>(history);
        longer.add(change);
        return new DkimKey(domain, selector, type, bits, publicKey, createdAt, longer);
    }

    /// The life of a key.
    public enum State {
        /// Made; its record is not in the DNS yet.
        CREATED,
        /// Its record was seen in the DNS.
        PUBLISHED,
        /// Messages are signed with it.
        ACTIVE,
        /// No longer signs; its record stays for messages on their way.
        RETIRING,
        /// Its record is published with an empty `p=` (RFC 6376 §3.6.1).
        REVOKED,
        /// Its record is gone from the DNS.
        REMOVED;

        /// In lower case, as it is shown and kept.
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// One step in the life of a key.
    ///
    /// @param cause who or what moved it, in words
    public record StateChange(State state, Instant at, String cause) {}

    /// The state that it is in now.
    public State state() {
        return history.getLast().state();
    }

    /// Where its record belongs: `selector._domainkey.domain`, without the trailing dot.
    public String recordName() {
        return selector + "._domainkey." + domain.name();
    }

    /// The text of its TXT record; without the public key once it is revoked. RFC 6376 §3.6.1.
    public String recordText() {
        var shown =
                switch (state()) {
                    case CREATED, PUBLISHED, ACTIVE, RETIRING -> publicKey;
                    case REVOKED, REMOVED -> "";
                };
        return "v=DKIM1; k=" + type.tag() + "; p=" + shown;
    }
}
