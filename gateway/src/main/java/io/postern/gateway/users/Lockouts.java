package io.postern.gateway.users;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.postern.gateway.config.Submission;
import io.postern.store.StateEntry;
import io.postern.store.StateStore;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Locks names and clients after failed logins, for longer each time. Safe for many threads.
///
/// An attempt counts as failed from its beginning, and is forgiven when it succeeds: many at once
/// get no more guesses than one after the other. Names are locked whether or not there is such a
/// user. Anybody could lock a user out so; but a client from which the user has logged in before is
/// not stopped by the lock of the name, only by its own.
///
/// Locks outlive the process; counts below a lock do not.
public final class Lockouts {
    private static final Logger LOG = LoggerFactory.getLogger(Lockouts.class);
    private static final String KIND = "auth-lock";
    private static final String KNOWN = "auth-known";

    // A record is some 200 octets; who fills it forgets only other failures.
    private static final int MOST = 50_000;
    private static final Duration FORGET = Duration.ofHours(24);
    private static final Duration KNOWN_FOR = Duration.ofDays(30);

    private final Submission settings;
    private final StateStore store;
    private final InstantSource clock;
    private final Cache<String, Failures> failures;
    private final Cache<String, Boolean> known;

    private record Failures(int count, Instant lockedUntil) {}

    /// Loads the locks that were set before. Blocks.
    public Lockouts(Submission settings, StateStore store, InstantSource clock) {
        this.settings = settings;
        this.store = store;
        this.clock = clock;
        failures = cache(clock, FORGET);
        known = cache(clock, KNOWN_FOR);
        var now = clock.instant();
        store.eachState(KIND, entry -> load(entry, now));
        store.eachState(
                KNOWN,
                entry -> {
                    if (!entry.expired(now)) {
                        known.put(entry.key(), true);
                    }
                });
    }

    private static <T> Cache<String, T> cache(InstantSource clock, Duration keep) {
        return Caffeine.newBuilder()
                .maximumSize(MOST)
                .expireAfterWrite(keep)
                .ticker(() -> clock.millis() * 1_000_000)
                .executor(Runnable::run)
                .build();
    }

    private void load(StateEntry entry, Instant now) {
        var parts = entry.text().split(" ", -1);
        try {
            if (parts.length == 2 && !entry.expired(now)) {
                var until = Instant.ofEpochMilli(Long.parseLong(parts[1]));
                failures.put(entry.key(), new Failures(Integer.parseInt(parts[0]), until));
            }
        } catch (NumberFormatException _) {
            LOG.warn("the lock of {} in the store can't be read; it counts no more", entry.key());
        }
    }

    /// Begins an attempt.
    ///
    /// @return how long there is still a lock; empty when the attempt may go on, and then counts as
    ///   failed until it is told otherwise
    Optional<Duration> begin(String user, InetAddress client) {
        var now = clock.instant();
        var byClient = locked(clientKey(client), now);
        if (byClient.isPresent()) {
            return byClient;
        }
        var byName = beginName(userKey(user), knownKey(user, client), now);
        if (byName.isPresent()) {
            return byName;
        }
        count(clientKey(client), settings.failuresPerClient(), now);
        return Optional.empty();
    }

    /// The same for the entry of a directory that a name was found to be, once the attempt has
    /// begun: an entry may have many names, and a directory takes many spellings for one.
    Optional<Duration> beginEntry(String entry, InetAddress client) {
        var key = entryKey(entry);
        return beginName(key, key + " " + network(client), clock.instant());
    }

    private Optional<Duration> beginName(String key, String knownKey, Instant now) {
        if (known.getIfPresent(knownKey) == null) {
            var lock = locked(key, now);
            if (lock.isPresent()) {
                return lock;
            }
        }
        count(key, settings.failures(), now);
        return Optional.empty();
    }

    private Optional<Duration> locked(String key, Instant now) {
        var found = failures.getIfPresent(key);
        return found == null
                        || !found.lockedUntil().isAfter(now)
                        // Further ahead than any lock: the clock was set back.
                        || found.lockedUntil().isAfter(now.plus(settings.longestLock()))
                ? Optional.empty()
                : Optional.of(Duration.between(now, found.lockedUntil()));
    }

    private void count(String key, int allowed, Instant now) {
        var after =
                failures.asMap()
                        .compute(
                                key,
                                (_, before) -> {
                                    int count = before == null ? 1 : before.count() + 1;
                                    return new Failures(count, now.plus(lock(count - allowed)));
                                });
        if (after.lockedUntil().isAfter(now)) {
            keep(key, after, now);
        }
    }

    /// None while `beyond` is negative; then twice as long each time.
    private Duration lock(int beyond) {
        if (beyond < 0) {
            return Duration.ZERO;
        }
        var longest = settings.longestLock();
        // 2^20 of the shortest lock, a second, is longer than any that can be configured.
        var lock = settings.lock().multipliedBy(1L << Math.min(beyond, 20));
        return lock.compareTo(longest) > 0 ? longest : lock;
    }

    private void keep(String key, Failures failed, Instant now) {
        var text = failed.count() + " " + failed.lockedUntil().toEpochMilli();
        var _ =
                store.putState(KIND, StateEntry.ofText(key, text, Optional.of(now.plus(FORGET))))
                        .exceptionally(Lockouts::notKept);
    }

    @org.jspecify.annotations.Nullable
    private static Void notKept(Throwable e) {
        LOG.warn("a lock of a login is in memory alone: {}", e.toString());
        return null;
    }

    /// The attempt succeeded: the name's failures are forgotten, of the client's this one, so that
    /// who knows one password can't guess another's for ever.
    void succeeded(String user, InetAddress client) {
        succeeded(userKey(user), knownKey(user, client));
        forgive(clientKey(client), settings.failuresPerClient());
    }

    /// The same for the entry that it was.
    void succeededEntry(String entry, InetAddress client) {
        var key = entryKey(entry);
        succeeded(key, key + " " + network(client));
    }

    private void succeeded(String key, String pair) {
        var before = failures.asMap().remove(key);
        if (before != null && before.count() > settings.failures()) {
            var _ = store.removeState(KIND, key).exceptionally(Lockouts::notKept);
        }
        if (known.asMap().put(pair, true) == null) {
            var entry = StateEntry.ofText(pair, "", Optional.of(clock.instant().plus(KNOWN_FOR)));
            var _ = store.putState(KNOWN, entry).exceptionally(Lockouts::notKept);
        }
    }

    /// The attempt came to no end that says anything of the client: it counts no more.
    void undecided(String user, InetAddress client) {
        forgive(userKey(user), settings.failures());
        forgive(clientKey(client), settings.failuresPerClient());
    }

    /// The same for the entry that it was.
    void undecidedEntry(String entry) {
        forgive(entryKey(entry), settings.failures());
    }

    private void forgive(String key, int allowed) {
        failures.asMap()
                .computeIfPresent(
                        key,
                        (_, before) ->
                                before.count() <= 1
                                        ? null
                                        : new Failures(
                                                before.count() - 1,
                                                before.count() > allowed
                                                        ? before.lockedUntil()
                                                        : Instant.EPOCH));
    }

    private static String userKey(String user) {
        return "user " + user;
    }

    // No user's: the word before it is another.
    private static String entryKey(String entry) {
        return "entry " + entry;
    }

    private static String clientKey(InetAddress client) {
        return "client " + network(client);
    }

    private static String knownKey(String user, InetAddress client) {
        return user + " " + network(client);
    }

    /// The IPv4 address, or the IPv6 /64: who has one address of it has them all.
    private static String network(InetAddress client) {
        return client instanceof Inet6Address
                ? HexFormat.of().formatHex(Arrays.copyOf(client.getAddress(), 8)) + "/64"
                : client.getHostAddress();
    }
}
