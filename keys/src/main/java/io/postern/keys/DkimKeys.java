package io.postern.keys;

import io.postern.mail.Domain;
import io.postern.store.MessageStore;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/// The DKIM keys of all domains: kept in the store, private halves wrapped, and those that sign
/// kept ready in memory. Safe for many threads.
///
/// Readers see one immutable snapshot, replaced whole after each change; changes happen one at a
/// time. For now a key that was made or imported signs at once, whether or not its record is in the
/// DNS: its history says so.
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

    private static final String WITHOUT_DNS = "put to use without a look at the DNS";

    private final KeyValues values;
    private final KeyWrap wrap;
    private final InstantSource clock;
    private final SecureRandom random;
    private final ReentrantLock changes = new ReentrantLock();
    private volatile Snapshot now;

    /// All keys by name, and those that sign, decoded.
    private record Snapshot(
            Map<String, StoredKey> all,
            Map<String, PrivateKey> decoded,
            Map<Domain, List<ReadySigningKey>> signing) {}

    /// Reads all keys from the store. Call [CryptoProviders#install] before.
    ///
    /// @throws UnwrapException when one that signs does not open under this start secret
    /// @throws KeysException when a value is damaged
    public DkimKeys(
            MessageStore store, StartSecret secret, InstantSource clock, SecureRandom random) {
        this(KeyValues.in(store), secret, clock, random);
    }

    DkimKeys(KeyValues values, StartSecret secret, InstantSource clock, SecureRandom random) {
        this.values = values;
        this.wrap = new KeyWrap(secret, "dkim", random);
        this.clock = clock;
        this.random = random;
        this.now = read();
    }

    /// Makes a key of each type and puts it to use at once, without looking at the DNS.
    ///
    /// @param domain any case, A-labels or U-labels
    /// @param types at least one
    /// @param selector only with one type; otherwise such as `r20261122a` and `e20261122a`
    /// @param bits of the RSA key: 2048 to 4096
    /// @return the keys, RSA first
    public Outcome<List<DkimKey>> create(
            String domain, Set<KeyType> types, Optional<String> selector, int bits) {
        var owner = Domain.parse(domain);
        if (owner.isEmpty()) {
            return new Outcome.Refused<>("not a domain: " + shown(domain));
        }
        if (types.isEmpty()) {
            return new Outcome.Refused<>("no key type given: rsa, ed25519 or both");
        }
        if (selector.isPresent() && types.size() > 1) {
            return new Outcome.Refused<>(
                    "one selector is for one key: give one key type with it, or no selector");
        }
        if (types.contains(KeyType.RSA) && (bits < LEAST_BITS || bits > MOST_BITS)) {
            return new Outcome.Refused<>(
                    "RSA keys have %d to %d bits here (RFC 8301 §3.2), not %d"
                            .formatted(LEAST_BITS, MOST_BITS, bits));
        }
        changes.lock();
        try {
            var stem = Selectors.stem(clock.instant(), s -> isFree(owner.get(), s));
            var made = new ArrayList<StoredKey>();
            for (var type : types.stream().sorted().toList()) {
                var name =
                        selector.map(s -> s.toLowerCase(Locale.ROOT))
                                .orElseGet(() -> Selectors.prefix(type) + stem);
                var fault = fault(owner.get(), name);
                if (fault.isPresent()) {
                    return new Outcome.Refused<>(fault.get());
                }
                made.add(
                        stored(
                                owner.get(),
                                name,
                                KeyMaterial.generate(type, bits, random),
                                "made"));
            }
            keep(made);
            return new Outcome.Done<>(made.stream().map(StoredKey::key).toList());
        } finally {
            changes.unlock();
        }
    }

    /// Takes over a key made elsewhere, and puts it to use at once.
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
                    var stored = stored(owner.get(), name, material, "imported");
                    keep(List.of(stored));
                    yield new Outcome.Done<>(stored.key());
                }
            };
        } finally {
            changes.unlock();
        }
    }

    /// Moves a key to another state.
    ///
    /// @param cause who or what, in words
    public Outcome<DkimKey> move(
            Domain domain, String selector, DkimKey.State state, String cause) {
        changes.lock();
        try {
            var stored = now.all().get(StoredKey.name(domain, selector));
            if (stored == null) {
                return new Outcome.Refused<>(
                        "there is no key " + shown(selector) + " of " + domain.name());
            }
            var from = stored.key().state();
            boolean withdrawn =
                    from == DkimKey.State.REMOVED
                            || (from == DkimKey.State.REVOKED && state != DkimKey.State.REMOVED);
            if (withdrawn || from == state) {
                // What receivers were told is void cannot be made good: they keep it in caches.
                return new Outcome.Refused<>(
                        "a key that is %s cannot become %s".formatted(from.word(), state.word()));
            }
            var change = new DkimKey.StateChange(state, clock.instant(), oneLine(cause));
            var moved = new StoredKey(stored.key().with(change), stored.wrapped());
            keep(List.of(moved));
            return new Outcome.Done<>(moved.key());
        } finally {
            changes.unlock();
        }
    }

    /// All keys, by domain and selector.
    public List<DkimKey> list() {
        return now.all().values().stream()
                .map(StoredKey::key)
                .sorted(
                        Comparator.comparing((DkimKey key) -> key.domain().name())
                                .thenComparing(DkimKey::selector))
                .toList();
    }

    /// The keys of one domain, by selector; may be empty.
    public List<DkimKey> list(Domain domain) {
        return list().stream().filter(key -> key.domain().equals(domain)).toList();
    }

    /// The key of that selector (in lower case), in whatever state.
    public Optional<DkimKey> find(Domain domain, String selector) {
        return Optional.ofNullable(now.all().get(StoredKey.name(domain, selector)))
                .map(StoredKey::key);
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
        return now.signing().getOrDefault(domain, List.of());
    }

    /// Reads all keys anew, for when another program changed them.
    public void reload() {
        changes.lock();
        try {
            now = read();
        } finally {
            changes.unlock();
        }
    }

    private boolean isFree(Domain domain, String stem) {
        return Arrays.stream(KeyType.values())
                .map(type -> StoredKey.name(domain, Selectors.prefix(type) + stem))
                .noneMatch(now.all()::containsKey);
    }

    private Optional<String> fault(Domain domain, String selector) {
        // A selector is never used twice, not even after its key is gone: receivers keep records.
        return now.all().containsKey(StoredKey.name(domain, selector))
                ? Optional.of(
                        "%s already has a key with the selector %s: choose another"
                                .formatted(domain.name(), selector))
                : Selectors.fault(domain, selector);
    }

    private StoredKey stored(Domain domain, String selector, KeyMaterial material, String how) {
        // Milliseconds: what is printed and read back is the same instant.
        var at = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        var key =
                new DkimKey(
                        domain,
                        selector,
                        material.type(),
                        material.bits(),
                        material.publicKey(),
                        at,
                        List.of(
                                new DkimKey.StateChange(DkimKey.State.CREATED, at, how),
                                new DkimKey.StateChange(DkimKey.State.ACTIVE, at, WITHOUT_DNS)));
        var encoded = material.privateKey().getEncoded();
        var wrapped = wrap.wrap(KIND, StoredKey.binding(key), encoded);
        Arrays.fill(encoded, (byte) 0);
        return new StoredKey(key, Base64.getEncoder().encodeToString(wrapped));
    }

    private void keep(List<StoredKey> changed) {
        var encoded = new TreeMap<String, byte[]>();
        changed.forEach(key -> encoded.put(key.name(), key.encode()));
        values.put(encoded);
        var all = new TreeMap<>(now.all());
        changed.forEach(key -> all.put(key.name(), key));
        now = snapshot(all.values(), now.decoded());
    }

    private Snapshot read() {
        var all = new ArrayList<StoredKey>();
        values.all()
                .forEach((name, value) ->
                        all.add(
                                StoredKey.decode(value)
                                        .filter(key -> key.name().equals(name))
                                        .orElseThrow(() -> damaged(name))));
        return snapshot(all, Map.of());
    }

    private static KeysException damaged(String name) {
        return new KeysException(
                "the DKIM key "
                        + name
                        + " in the store is damaged, or was written by a newer version: restore it from a backup");
    }

    /// @param known private keys decoded before, by name
    private Snapshot snapshot(Collection<StoredKey> keys, Map<String, PrivateKey> known) {
        var all = new TreeMap<String, StoredKey>();
        var decoded = new HashMap<String, PrivateKey>();
        var signing = new HashMap<Domain, List<ReadySigningKey>>();
        for (var stored : keys) {
            all.put(stored.name(), stored);
            if (stored.key().state() == DkimKey.State.ACTIVE) {
                var before = known.get(stored.name());
                var privateKey = before == null ? open(stored) : before;
                decoded.put(stored.name(), privateKey);
                signing.computeIfAbsent(stored.key().domain(), _ -> new ArrayList<>())
                        .add(new ReadySigningKey(stored.key(), privateKey));
            }
        }
        signing.replaceAll((_, ready) -> inOrder(ready));
        return new Snapshot(Map.copyOf(all), Map.copyOf(decoded), Map.copyOf(signing));
    }

    private static List<ReadySigningKey> inOrder(List<ReadySigningKey> ready) {
        return ready.stream()
                .sorted(
                        Comparator.comparing((ReadySigningKey r) -> r.key().type())
                                .thenComparing(r -> r.key().selector()))
                .toList();
    }

    private PrivateKey open(StoredKey stored) {
        var encoded = wrap.unwrap(KIND, StoredKey.binding(stored.key()), stored.wrappedOctets());
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
