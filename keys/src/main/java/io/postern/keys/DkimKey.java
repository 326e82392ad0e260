package io.postern.keys;

import io.postern.mail.Domain;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// A DKIM key as the store knows it, without its private half.
///
/// @param selector lower case, without the domain
/// @param generation 1, or the how manieth key with this selector it is: only slots come back
/// @param bits 256 for Ed25519
/// @param publicKey the value of `p=`: base64, RSA as SubjectPublicKeyInfo (RFC 6376 §3.6.1),
///   Ed25519 as 32 octets (RFC 8463 §4)
/// @param history every change of state, oldest first; the first made it
/// @param withoutDns whether it was put to use without a look at the DNS, and was not seen there
///   since
/// @param compromised whether somebody else may have its private half
/// @param sight what the DNS showed
public record DkimKey(
        Domain domain,
        String selector,
        int generation,
        KeyType type,
        int bits,
        String publicKey,
        Instant createdAt,
        List<StateChange> history,
        boolean withoutDns,
        boolean compromised,
        Sight sight) {
    public DkimKey {
        history = List.copyOf(history);
    }

    /// The same key, one step on: what was seen of its record counts again from there when the
    /// record has to be another one.
    public DkimKey with(State state, Instant at, String cause) {
        var longer = new ArrayList<>(history);
        longer.add(new StateChange(state, at, cause));
        boolean sameRecord = state.record() == state().record() && state != State.CREATED;
        var its = sameRecord ? sight : sight.unseen();
        return as(longer, withoutDns, compromised, state == State.PUBLISHED ? its.settled() : its);
    }

    public DkimKey withSight(Sight other) {
        return as(history, withoutDns, compromised, other);
    }

    public DkimKey withoutDns(boolean yes) {
        return as(history, yes, compromised, sight);
    }

    public DkimKey asCompromised() {
        return as(history, withoutDns, true, sight);
    }

    /// The same key: what it was made with never changes.
    private DkimKey as(
            List<StateChange> itsHistory, boolean unlooked, boolean stolen, Sight itsSight) {
        return new DkimKey(
                domain,
                selector,
                generation,
                type,
                bits,
                publicKey,
                createdAt,
                itsHistory,
                unlooked,
                stolen,
                itsSight);
    }

    /// What the DNS has to show under the key's name.
    public enum Shown {
        /// The public key.
        KEY,
        /// An empty `p=`. RFC 6376 §3.6.1.
        REVOCATION,
        NOTHING
    }

    /// The life of a key.
    public enum State {
        /// Made; its record is not known to be in the DNS.
        CREATED(Shown.KEY),
        /// Its record was seen on every server of the zone, for as long as others may remember what
        /// was there before.
        PUBLISHED(Shown.KEY),
        /// Messages are signed with it.
        ACTIVE(Shown.KEY),
        /// No longer signs; its record stays for messages on their way.
        RETIRING(Shown.KEY),
        /// Its record is to be published with an empty `p=` (RFC 6376 §3.6.1).
        REVOKED(Shown.REVOCATION),
        /// Its record is gone from the DNS.
        REMOVED(Shown.NOTHING);

        private final Shown record;

        State(Shown record) {
            this.record = record;
        }

        /// What its record is in this state.
        public Shown record() {
            return record;
        }

        /// In lower case, as it is shown and kept.
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        /// The states that may come after this one. Two ways lead back, both for a key that
        /// vanished from the DNS while it signed: it has to be published anew, and the one before
        /// it signs again.
        Set<State> next() {
            return switch (this) {
                case CREATED -> EnumSet.of(PUBLISHED, RETIRING);
                case PUBLISHED -> EnumSet.of(ACTIVE, CREATED, RETIRING);
                case ACTIVE -> EnumSet.of(RETIRING, CREATED);
                case RETIRING -> EnumSet.of(ACTIVE, REVOKED);
                case REVOKED -> EnumSet.of(REMOVED);
                case REMOVED -> EnumSet.noneOf(State.class);
            };
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

    /// When it came into that state.
    public Instant since() {
        return history.getLast().at();
    }

    /// When it first signed; empty when it never did.
    public Optional<Instant> firstActive() {
        return history.stream()
                .filter(change -> change.state() == State.ACTIVE)
                .map(StateChange::at)
                .findFirst();
    }

    /// The last time at which it may have signed: now while it is active; empty when it never was.
    /// A clock that went back makes it no earlier than when it began to.
    public Optional<Instant> lastSigned(Instant now) {
        for (int i = history.size() - 1; i >= 0; i--) {
            if (history.get(i).state() == State.ACTIVE) {
                var began = history.get(i).at();
                var ended = i == history.size() - 1 ? now : history.get(i + 1).at();
                return Optional.of(ended.isBefore(began) ? began : ended);
            }
        }
        return Optional.empty();
    }

    /// Whether it is the same key, whatever became of it since.
    public boolean isSame(DkimKey other) {
        return domain.equals(other.domain)
                && selector.equals(other.selector)
                && generation == other.generation;
    }

    /// Where its record belongs: `selector._domainkey.domain`, without the trailing dot.
    public String recordName() {
        return selector + "._domainkey." + domain.name();
    }

    /// The text of its TXT record; without the public key once it is revoked. RFC 6376 §3.6.1.
    public String recordText() {
        return "v=DKIM1; k="
                + type.tag()
                + "; p="
                + (state().record() == Shown.KEY ? publicKey : "");
    }
}
