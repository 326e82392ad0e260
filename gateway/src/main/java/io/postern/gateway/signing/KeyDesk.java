package io.postern.gateway.signing;

import io.postern.keys.DkimKey;
import io.postern.keys.DkimKeys;
import io.postern.keys.DkimRecord;
import io.postern.keys.KeyType;
import io.postern.keys.Outcome;
import io.postern.keys.life.LifeRules;
import io.postern.keys.life.Looked;
import io.postern.mail.Domain;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// What an operator does to DKIM keys, on a gateway that runs or on its folder.
///
/// @param keeping empty when no configuration is known: then keys can be made, imported and listed
public record KeyDesk(DkimKeys keys, Optional<KeyKeeping> keeping) {
    /// Looks at the DNS under way at once.
    private static final int AT_ONCE = 64;

    private static final String NO_CONFIGURATION =
            "the gateway does not run, and no configuration says how the domain's keys live: name it with --config";

    /// Bits of new RSA keys, unless somebody wishes for others.
    public int bits() {
        return keeping.map(KeyKeeping::bits).orElse(DkimKeys.DEFAULT_BITS);
    }

    /// The types of key that a domain's mail is signed with; all when it is not ours.
    public Set<KeyType> types(Domain domain) {
        return rules(domain).map(LifeRules::types).orElse(EnumSet.allOf(KeyType.class));
    }

    /// Makes keys. RSA first.
    public Outcome<List<DkimKey>> create(DkimKeys.Wish wish) {
        var domain = Domain.parse(wish.domain());
        boolean slots =
                wish.selector().isEmpty()
                        && domain.flatMap(this::rules).flatMap(LifeRules::slots).isPresent();
        var made =
                slots
                        ? keeping.orElseThrow()
                                .life()
                                .begin(
                                        domain.orElseThrow(),
                                        wish.types(),
                                        wish.bits(),
                                        wish.cause())
                        : keys.create(wish);
        return attended(made);
    }

    /// Takes over a key made elsewhere.
    public Outcome<DkimKey> importKey(String domain, String selector, String text) {
        return one(keys.importKey(domain, selector, text));
    }

    /// Puts a key to use without a look at the DNS.
    public Outcome<DkimKey> activate(Domain domain, String selector, String by) {
        return one(keys.activateWithoutDns(domain, selector, by));
    }

    /// Makes the successors of a domain's keys now.
    public Outcome<List<DkimKey>> rotate(
            Domain domain, Set<KeyType> types, boolean compromised, String by) {
        return keeping.isEmpty()
                ? new Outcome.Refused<>(NO_CONFIGURATION)
                : attended(keeping.get().life().rotate(domain, types, compromised, by));
    }

    /// Takes a key out of use.
    public Outcome<DkimKey> retire(Domain domain, String selector, String by) {
        return keeping.isEmpty()
                ? new Outcome.Refused<>(NO_CONFIGURATION)
                : one(keeping.get().life().retire(domain, selector, by));
    }

    private Outcome<DkimKey> one(Outcome<DkimKey> outcome) {
        return switch (outcome) {
            case Outcome.Refused<DkimKey> refused -> refused;
            case Outcome.Done<DkimKey>(var key) ->
                    switch (attended(new Outcome.Done<>(List.of(key)))) {
                        case Outcome.Done<List<DkimKey>>(var all) ->
                                new Outcome.Done<>(all.getFirst());
                        case Outcome.Refused<List<DkimKey>>(var why) -> new Outcome.Refused<>(why);
                    };
        };
    }

    /// The keys as they are after their life has gone on.
    private Outcome<List<DkimKey>> attended(Outcome<List<DkimKey>> outcome) {
        if (!(outcome instanceof Outcome.Done<List<DkimKey>>(var made)) || made.isEmpty()) {
            return outcome;
        }
        var domain = made.getFirst().domain();
        if (rules(domain).isPresent()) {
            keeping.orElseThrow().attend(domain);
        }
        return new Outcome.Done<>(
                made.stream()
                        .map(key ->
                                keys.list(domain).stream()
                                        .filter(key::isSame)
                                        .findFirst()
                                        .orElse(key))
                        .toList());
    }

    /// Whether the configuration has that domain, or no configuration is known.
    public boolean isOurs(Domain domain) {
        return keeping.isEmpty() || rules(domain).isPresent();
    }

    private Optional<LifeRules> rules(Domain domain) {
        return keeping.flatMap(known -> known.rules(domain));
    }

    /// The record of a key, under the name where it is: a slot's is an alias's target.
    public DkimRecord record(DkimKey key) {
        return DkimRecord.of(
                key, rules(key.domain()).map(its -> its.place(key)).orElseGet(key::recordName));
    }

    /// What the authoritative servers show of each key of these domains; nothing follows from it.
    ///
    /// @return by domain, in order; empty for those that are not in the configuration
    public Outcome<Map<Domain, Map<DkimKey, Looked>>> examine(Set<Domain> domains) {
        if (keeping.isEmpty()) {
            return new Outcome.Refused<>(NO_CONFIGURATION);
        }
        var found =
                new TreeMap<Domain, Map<DkimKey, Looked>>(
                        (one, other) -> one.name().compareTo(other.name()));
        var life = keeping.get().life();
        try (var workers = Executors.newFixedThreadPool(AT_ONCE, Thread.ofVirtual().factory())) {
            var looks = new ArrayList<Future<Map.Entry<Domain, Map<DkimKey, Looked>>>>();
            for (var domain : domains) {
                Callable<Map.Entry<Domain, Map<DkimKey, Looked>>> look =
                        () -> Map.entry(domain, life.examine(domain));
                looks.add(workers.submit(look));
            }
            for (var look : looks) {
                var entry = look.get();
                found.put(entry.getKey(), entry.getValue());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Outcome.Refused<>("interrupted");
        } catch (ExecutionException e) {
            throw new IllegalStateException("a look never throws for what the DNS says", e);
        }
        return new Outcome.Done<>(found);
    }
}
