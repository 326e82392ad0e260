package io.postern.keys;

import io.postern.mail.Domain;
import io.postern.store.MessageStore;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The DKIM keys of all domains: kept in the store, private halves wrapped, and those that sign
/// kept ready in memory. Safe for many threads.
///
/// Readers see one immutable ring of keys per domain, replaced whole after each change; changes
/// happen one at a time, and are on stable storage before anybody sees them. No change skips a
/// state, and no domain ever has two active keys of one type.
///
/// Operations that write throw [StoreException] when the store cannot keep the change.
public final class DkimKeys {
    /// The kind of their values in the store.
    public static final String KIND = "dkim-key";

    /// RFC 8301 §3.2: signers must use at least 1024 bits and should use at least 2048.
    public static final int DEFAULT_BITS = 2048;

    static final int LEAST_BITS = 2048;

    /// RFC 8301 §3.2: verifiers must take up to 4096.
    static final int MOST_BITS = 4096;

    private final KeyValues values;
    private final KeyWrap wrap;
    private final InstantSource clock;
    private final KeyMaker maker;
    private final ReentrantLock changes = new ReentrantLock();
    private final ConcurrentHashMap<Domain, Ring> rings = new ConcurrentHashMap<>();

    /// The keys of one domain, and those of them that sign, RSA first.
    private record Ring(List<StoredKey> all, List<DkimKey> keys, List<ReadySigningKey> signing) {
        static final Ring EMPTY = new Ring(List.of(), List.of(), List.of());
    }

    /// Reads all keys from the store. Call [CryptoProviders#install] before.
    ///
    /// @throws UnwrapException when they were wrapped under another start secret
    /// @throws KeysException when a value is damaged
    public DkimKeys(
            MessageStore store, StartSecret secret, InstantSource clock, SecureRandom random) {
        this(KeyValues.in(store), secret, clock, random, KeyMaker.REAL);
    }

    DkimKeys(
            KeyValues values,
            StartSecret secret,
            InstantSource clock,
            SecureRandom random,
            KeyMaker maker) {
        this.values = values;
        this.wrap = new KeyWrap(secret, "dkim", random);
        this.clock = clock;
        this.random = random;
        this.maker = maker;
        read();
    }

    private final SecureRandom random;

    /// What a wish for keys says.
    ///
    /// @param domain any case, A-labels or U-labels
    /// @param types at least one
    /// @param selector only with one type; otherwise such as `r20261122a` and `e20261122a`
    /// @param bits of the RSA key: 2048 to 4096
    /// @param cause who or what wants them, in words
    public record Wish(
            String domain, Set<KeyType> types, Optional<String> selector, int bits, String cause) {}

    /// Makes a key of each type. None signs before its life has led it there.
    ///
    /// @return the keys, RSA first
    public Outcome<List<DkimKey>> create(Wish wish) {
        var owner = Domain.parse(wish.domain());
        if (owner.isEmpty()) {
            return new Outcome.Refused<>("not a domain: " + shown(wish.domain()));
        }
        if (wish.types().isEmpty()) {
            return new Outcome.Refused<>("no key type given: rsa, ed25519 or both");
        }
        if (wish.selector().isPresent() && wish.types().size() > 1) {
            return new Outcome.Refused<>(
                    "one selector is for one key: give one key type with it, or no selector");
        }
        int bits = wish.bits();
        var wrong = wish.types().stream().flatMap(type -> fault(type, bits).stream()).findFirst();
        if (wrong.isPresent()) {
            return new Outcome.Refused<>(wrong.get());
        }
        // Outside the lock: a key of 4096 bits may take a second.
        var materials =
                wish.types().stream().sorted().map(type -> maker.make(type, bits, random)).toList();
        changes.lock();
        try {
            var stem = Selectors.stem(clock.instant(), s -> isFree(owner.get(), s));
            var made = new ArrayList<StoredKey>();
            for (var material : materials) {
                var name =
                        wish.selector()
                                .map(s -> s.toLowerCase(Locale.ROOT))
                                .orElseGet(() -> Selectors.prefix(material.type()) + stem);
                var fault = fault(owner.get(), name);
                if (fault.isPresent()) {
                    return new Outcome.Refused<>(fault.get());
                }
                made.add(first(owner.get(), name, material, oneLine(wish.cause())));
            }
            keep(owner.get(), made);
            return new Outcome.Done<>(made.stream().map(StoredKey::key).toList());
        } finally {
            changes.unlock();
        }
    }

    /// Makes the next key of a slot: a selector that comes back each time when the one before is
    /// gone from the DNS.
    public Outcome<DkimKey> createInSlot(
            Domain domain, KeyType type, String slot, int bits, String cause) {
        var wrong = fault(type, bits);
        if (wrong.isPresent()) {
            return new Outcome.Refused<>(wrong.get());
        }
        var material = maker.make(type, bits, random);
        changes.lock();
        try {
            var before =
                    ring(domain).all().stream()
                            .filter(stored -> stored.key().selector().equals(slot))
                            .max(Comparator.comparingInt(stored -> stored.key().generation()));
            if (before.isPresent() && before.get().key().state() != DkimKey.State.REMOVED) {
                return new Outcome.Refused<>(
                        "the slot %s of %s still has a key that is %s: wait until it is removed"
                                .formatted(slot, domain.name(), before.get().key().state().word()));
            }
            var fault = Selectors.fault(domain, slot);
            if (fault.isPresent()) {
                return new Outcome.Refused<>(fault.get());
            }
            int generation = before.map(stored -> stored.key().generation() + 1).orElse(1);
            // What the one before showed is in caches for as long as that says.
            var sight =
                    before.map(stored -> Sight.NONE.after(stored.key().sight().earlier()))
                            .orElse(Sight.NONE);
            var made = stored(domain, slot, generation, material, oneLine(cause), sight);
            keep(domain, List.of(made));
            return new Outcome.Done<>(made.key());
        } finally {
            changes.unlock();
        }
    }

    /// Takes over a key made elsewhere.
    ///
    /// @param text PKCS#1 or PKCS#8 in PEM, or bare base64 of either or of an Ed25519 seed
    public Outcome<DkimKey> importKey(String domain, String selector, String text) {
        var owner = Domain.parse(domain);
        if (owner.isEmpty()) {
            return new Outcome.Refused<>("not a domain: " + shown(domain));
        }
        var name = selector.toLowerCase(Locale.ROOT);
        changes.lock();
        try {
            var fault = fault(owner.get(), name);
            if (fault.isPresent()) {
                return new Outcome.Refused<>(fault.get());
            }
            return switch (KeyText.parse(text)) {
                case KeyText.Parsed.Bad(var why) -> new Outcome.Refused<>(why);
                case KeyText.Parsed.Ok(var material) -> {
                    var stored = first(owner.get(), name, material, "imported");
                    keep(owner.get(), List.of(stored));
                    yield new Outcome.Done<>(stored.key());
                }
            };
        } finally {
            changes.unlock();
        }
    }

    /// Changes a domain's keys in one step, all or nothing.
    ///
    /// @param step from the keys as they are now to the keys as they shall be, in the same order;
    ///   runs while no other change can, so it must not block
    /// @return the keys that are not as they were
    /// @throws IllegalStateException when a key would skip a state, or two of one type would sign
    public List<DkimKey> change(Domain domain, UnaryOperator<List<DkimKey>> step) {
        changes.lock();
        try {
            var ring = ring(domain);
            var after = step.apply(ring.keys());
            Transitions.check(ring.keys(), after);
            var changed = new ArrayList<StoredKey>();
            var written = new ArrayList<StoredKey>();
            for (int i = 0; i < after.size(); i++) {
                var before = ring.all().get(i);
                if (!after.get(i).equals(before.key())) {
                    var stored = new StoredKey(after.get(i), before.wrapped());
                    changed.add(stored);
                    if (isWorthWriting(before.key(), after.get(i))) {
                        written.add(stored);
                    }
                }
            }
            if (!changed.isEmpty()) {
                write(written);
                put(domain, changed);
            }
            return changed.stream().map(StoredKey::key).toList();
        } finally {
            changes.unlock();
        }
    }

    /// That a record was seen once more is known in memory alone: twenty thousand keys are looked
    /// at all day.
    private static boolean isWorthWriting(DkimKey before, DkimKey after) {
        return !before.withSight(after.sight()).equals(after)
                || after.sight().tellsMoreThan(before.sight());
    }

    /// Puts a key to use that was not seen in the DNS: for laboratories, and for whoever knows
    /// better. What signed until now goes on its way out.
    ///
    /// @param cause who or what wants it, in words
    public Outcome<DkimKey> activateWithoutDns(Domain domain, String selector, String cause) {
        changes.lock();
        try {
            var found = find(domain, selector);
            if (found.isEmpty()) {
                return new Outcome.Refused<>(unknown(domain, selector));
            }
            var key = found.get();
            switch (key.state()) {
                case ACTIVE -> {
                    return new Outcome.Done<>(key);
                }
                case RETIRING, REVOKED, REMOVED -> {
                    // What receivers were told is void cannot be made good: they keep it in caches.
                    return new Outcome.Refused<>(
                            "the key %s of %s is %s and can't sign again: make another with `postern dkim new`"
                                    .formatted(selector, domain.name(), key.state().word()));
                }
                case CREATED, PUBLISHED -> {}
            }
            if (key.compromised()) {
                return new Outcome.Refused<>(
                        "the key %s of %s is compromised and can't sign: make another with `postern dkim new`"
                                .formatted(selector, domain.name()));
            }
            var now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
            var words = oneLine(cause);
            change(domain, keys -> Transitions.activate(keys, key.withoutDns(true), now, words));
            return new Outcome.Done<>(find(domain, selector).orElseThrow());
        } finally {
            changes.unlock();
        }
    }

    /// All keys, by domain and selector, then the older first.
    public List<DkimKey> list() {
        return rings.entrySet().stream()
                .sorted(Comparator.comparing(entry -> entry.getKey().name()))
                .flatMap(entry -> entry.getValue().keys().stream())
                .toList();
    }

    /// The domains that have keys, in whatever state.
    public Set<Domain> domains() {
        return Set.copyOf(rings.keySet());
    }

    /// The keys of one domain, by selector, then the older first; may be empty.
    public List<DkimKey> list(Domain domain) {
        return ring(domain).keys();
    }

    /// The key of that selector (in lower case), in whatever state; of a slot the newest.
    public Optional<DkimKey> find(Domain domain, String selector) {
        return ring(domain).keys().stream()
                .filter(key -> key.selector().equals(selector))
                .max(Comparator.comparingInt(DkimKey::generation));
    }

    /// The records that belong into the DNS for a domain's keys, by selector.
    public List<DkimRecord> records(Domain domain) {
        return list(domain).stream()
                .filter(key -> key.state() != DkimKey.State.REMOVED)
                .map(DkimRecord::of)
                .toList();
    }

    /// The keys that sign for a domain now, RSA first; empty when there are none. Costs a map
    /// look-up.
    public List<ReadySigningKey> signingKeys(Domain domain) {
        return ring(domain).signing();
    }

    private Ring ring(Domain domain) {
        return rings.getOrDefault(domain, Ring.EMPTY);
    }

    private boolean isFree(Domain domain, String stem) {
        return Arrays.stream(KeyType.values())
                .allMatch(type -> find(domain, Selectors.prefix(type) + stem).isEmpty());
    }

    private Optional<String> fault(Domain domain, String selector) {
        // A selector is never used twice, not even after its key is gone: receivers keep records.
        return find(domain, selector).isPresent()
                ? Optional.of(
                        "%s already has a key with the selector %s: choose another"
                                .formatted(domain.name(), selector))
                : Selectors.fault(domain, selector);
    }

    private static String unknown(Domain domain, String selector) {
        return "there is no key " + shown(selector) + " of " + domain.name();
    }

    /// Why a key of that type can't have so many bits; empty when it can.
    private static Optional<String> fault(KeyType type, int bits) {
        return type == KeyType.RSA && (bits < LEAST_BITS || bits > MOST_BITS)
                ? Optional.of(
                        "RSA keys have %d to %d bits here (RFC 8301 §3.2), not %d"
                                .formatted(LEAST_BITS, MOST_BITS, bits))
                : Optional.empty();
    }

    /// When a key of that type that is made now was made, in milliseconds: what is printed and read
    /// back is the same instant. Later than all before it, also when the clock went back, for the
    /// later one is the one to sign.
    private Instant madeAt(Domain domain, KeyType type) {
        var now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        return ring(domain).keys().stream()
                .filter(key -> key.type() == type)
                .map(key -> key.createdAt().plusMillis(1))
                .filter(now::isBefore)
                .max(Comparator.naturalOrder())
                .orElse(now);
    }

    private StoredKey first(Domain domain, String selector, KeyMaterial material, String how) {
        return stored(domain, selector, 1, material, how, Sight.NONE);
    }

    private StoredKey stored(
            Domain domain,
            String selector,
            int generation,
            KeyMaterial material,
            String how,
            Sight sight) {
        var at = madeAt(domain, material.type());
        var key =
                new DkimKey(
                        domain,
                        selector,
                        generation,
                        material.type(),
                        material.bits(),
                        material.publicKey(),
                        at,
                        List.of(new DkimKey.StateChange(DkimKey.State.CREATED, at, how)),
                        false,
                        false,
                        sight);
        var encoded = material.privateKey().getEncoded();
        var wrapped = wrap.wrap(KIND, StoredKey.binding(key), encoded);
        Arrays.fill(encoded, (byte) 0);
        return new StoredKey(key, Base64.getEncoder().encodeToString(wrapped));
    }

    private void keep(Domain domain, List<StoredKey> changed) {
        write(changed);
        put(domain, changed);
    }

    private void write(List<StoredKey> changed) {
        if (!changed.isEmpty()) {
            var encoded = new TreeMap<String, byte[]>();
            changed.forEach(key -> encoded.put(key.name(), key.encode()));
            values.put(encoded);
        }
    }

    private void put(Domain domain, List<StoredKey> changed) {
        var before = ring(domain);
        var all = new ArrayList<>(before.all());
        for (var key : changed) {
            all.removeIf(old -> old.key().isSame(key.key()));
            all.add(key);
        }
        rings.put(domain, ring(all, before.signing()));
    }

    private void read() {
        // On all processors: twenty thousand keys take a second on one.
        values.all().entrySet().parallelStream()
                .map(entry ->
                        StoredKey.decode(entry.getValue())
                                .filter(key -> key.name().equals(entry.getKey()))
                                .orElseThrow(() -> damaged(entry.getKey())))
                .collect(Collectors.groupingByConcurrent(stored -> stored.key().domain()))
                .forEach((domain, its) -> rings.put(domain, ring(its, List.of())));
        // That it is the right start secret is seen now, not at the first message.
        signing()
                .findFirst()
                .flatMap(this::refusal)
                .filter(refusal -> refusal.why() == UnwrapException.Cause.WRONG_SECRET)
                .ifPresent(refusal -> {
                    throw refusal;
                });
    }

    private Stream<StoredKey> signing() {
        return rings.values().stream()
                .flatMap(ring -> ring.all().stream())
                .filter(stored -> stored.key().state() == DkimKey.State.ACTIVE);
    }

    /// Opens the private half of each key that signs, which nobody else does before its first
    /// message. Takes a second for twenty thousand.
    ///
    /// @return why those that don't open do not
    public List<String> unopenable() {
        return signing()
                .flatMap(stored -> refusal(stored).stream())
                .map(refusal -> String.valueOf(refusal.getMessage()))
                .toList();
    }

    private Optional<UnwrapException> refusal(StoredKey stored) {
        try {
            Arrays.fill(unwrap(stored), (byte) 0);
            return Optional.empty();
        } catch (UnwrapException e) {
            return Optional.of(e);
        }
    }

    private static KeysException damaged(String name) {
        return new KeysException(
                "the DKIM key "
                        + name
                        + " in the store is damaged, or was written by a newer version: restore it from a backup");
    }

    /// @param known those that signed before: what is decoded stays so
    private Ring ring(Collection<StoredKey> keys, List<ReadySigningKey> known) {
        var all =
                keys.stream()
                        .sorted(
                                Comparator.comparing((StoredKey one) -> one.key().selector())
                                        .thenComparingInt(one -> one.key().generation()))
                        .toList();
        var signing =
                all.stream()
                        .filter(stored -> stored.key().state() == DkimKey.State.ACTIVE)
                        .map(stored -> ready(stored, known))
                        .sorted(
                                Comparator.comparing((ReadySigningKey one) -> one.key().type())
                                        .thenComparing(one -> one.key().selector()))
                        .toList();
        return new Ring(all, all.stream().map(StoredKey::key).toList(), signing);
    }

    private ReadySigningKey ready(StoredKey stored, List<ReadySigningKey> known) {
        return known.stream()
                .filter(one -> one.key().isSame(stored.key()))
                .findFirst()
                .map(one -> one.as(stored.key()))
                .orElseGet(() -> new ReadySigningKey(stored.key(), () -> open(stored)));
    }

    private byte[] unwrap(StoredKey stored) {
        return wrap.unwrap(KIND, StoredKey.binding(stored.key()), stored.wrappedOctets());
    }

    private PrivateKey open(StoredKey stored) {
        var encoded = unwrap(stored);
        try {
            return KeyMaterial.decode(stored.key().type(), encoded);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("what we wrapped is a key: " + stored.name(), e);
        } finally {
            Arrays.fill(encoded, (byte) 0);
        }
    }

    /// What an operator typed, safe to print.
    private static String shown(String text) {
        var line = oneLine(text);
        return line.length() > 80 ? line.substring(0, 80) + "…" : line;
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\p{Cntrl}", " ");
    }
}
