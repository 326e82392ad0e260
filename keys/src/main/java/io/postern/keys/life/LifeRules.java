package io.postern.keys.life;

import io.postern.keys.DkimKey;
import io.postern.keys.KeyType;
import io.postern.mail.Domain;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// How the keys of one domain live.
///
/// @param look whether the DNS is looked at; if not, a key signs as soon as it is made, and nothing
///   rotates by itself
/// @param slots the zone of ours that the domain's selectors are aliases into: keys then take turns
///   under the same selectors
/// @param bits of new RSA keys
/// @param rotateAfter how long a key signs before the next one is made; zero for ever
/// @param retire how long a record stays after its key signed last: the time for which a message
///   may be in the queue, and seven days for those that take it on
/// @param revoked how long the record says then that the key is void, before it is removed
/// @param watch how often the record of a key that signs is looked at
/// @param types those that mail is signed with: keys of others may be active, but are of no use
public record LifeRules(
        boolean look,
        Optional<Domain> slots,
        int bits,
        Duration rotateAfter,
        Duration retire,
        Duration revoked,
        Duration watch,
        Set<KeyType> types) {
    public LifeRules {
        types = Set.copyOf(types);
    }

    /// Beyond the queue's time: for receivers that keep mail for a while before they verify it.
    public static final Duration ON_THE_WAY = Duration.ofDays(7);

    private static final List<String> RSA_SLOTS = List.of("s1", "s2");
    private static final List<String> ED25519_SLOTS = List.of("e1", "e2");

    LifeRules withBits(int other) {
        return new LifeRules(look, slots, other, rotateAfter, retire, revoked, watch, types);
    }

    /// Whether mail is signed with that key now.
    boolean signs(DkimKey key) {
        return key.state() == DkimKey.State.ACTIVE && types.contains(key.type());
    }

    /// The selectors that keys of a type take turns with.
    public static List<String> slotsOf(KeyType type) {
        return switch (type) {
            case RSA -> RSA_SLOTS;
            case ED25519 -> ED25519_SLOTS;
        };
    }

    /// The name that the TXT record itself is at: that of the key, or what its slot is an alias of.
    public String place(DkimKey key) {
        return slots.filter(_ -> isSlot(key))
                .map(zone -> key.selector() + "." + key.domain().name() + "." + zone.name())
                .orElseGet(key::recordName);
    }

    private static boolean isSlot(DkimKey key) {
        return slotsOf(key.type()).contains(key.selector());
    }

    /// Whether all mail that a key signed has arrived or expired by then, but what somebody holds.
    boolean isOver(DkimKey key, Instant now) {
        return key.lastSigned(now).map(last -> !last.plus(retire).isAfter(now)).orElse(true);
    }

    /// When an active key's successor is due; empty for never, as for keys of no use. Domains that
    /// began together do not rotate together: each is early by a share of a sixth of the time, the
    /// same at each turn.
    Optional<Instant> successorDue(DkimKey key) {
        boolean fixed = !look || rotateAfter.isZero() || key.withoutDns();
        if (fixed || !types.contains(key.type())) {
            return Optional.empty();
        }
        long sixth = Math.max(1, rotateAfter.toSeconds() / 6);
        int place = (key.domain().name() + "/" + key.type().tag()).hashCode();
        long early = Math.floorMod(place * 2_654_435_761L, sixth);
        return key.firstActive().map(first -> first.plus(rotateAfter).minusSeconds(early));
    }
}
