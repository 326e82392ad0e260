package io.postern.gateway.users;

import io.postern.keys.KeyWrap;
import io.postern.keys.KeysException;
import io.postern.keys.Outcome;
import io.postern.keys.StartSecret;
import io.postern.smtp.sasl.SaslPrep;
import io.postern.smtp.sasl.ScramKeys;
import io.postern.store.MessageStore;
import io.postern.store.StoreException;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import javax.crypto.Mac;
import javax.crypto.SecretKey;

/// The users in the store: each one's record is wrapped under the start secret. Safe for many
/// threads.
///
/// Readers see one immutable snapshot, replaced whole after each change; changes happen one at a
/// time.
///
/// Operations that write throw [StoreException] when the store cannot keep the change.
public final class Users {
    /// The kind of their values in the store.
    public static final String KIND = "user";

    /// RFC 7677 §4 asks for 4096 at least, and for more as machines get faster. The client pays it
    /// at each login, so it is not what OWASP asks of a server that does the work itself.
    static final int SCRAM_ITERATIONS = 100_000;

    static final int SCRAM_SALT = 16;

    private static final int LONGEST_NAME = 128;
    private static final int SHORTEST_PASSWORD = 10;
    private static final int LONGEST_PASSWORD = 255;
    private static final int MOST_ADDRESSES = 1000;

    private final MessageStore store;
    private final KeyWrap wrap;
    private final SecretKey nobody;
    private final InstantSource clock;
    private final SecureRandom random;
    private final PasswordWork work = new PasswordWork();
    private final ReentrantLock changes = new ReentrantLock();
    private volatile Map<String, User> now;

    /// Reads all users.
    ///
    /// @throws StoreException when the store can't be read
    /// @throws KeysException when a record does not open
    public Users(MessageStore store, StartSecret secret, InstantSource clock, SecureRandom random) {
        this.store = store;
        this.wrap = new KeyWrap(secret, KIND, random);
        this.nobody = secret.macKey("scram-nobody");
        this.clock = clock;
        this.random = random;
        var found = new TreeMap<String, User>();
        store.values(KIND).forEach((name, wrapped) -> found.put(name, open(name, wrapped)));
        now = found;
    }

    private User open(String name, byte[] wrapped) {
        return User.read(name, wrap.unwrap(KIND, name, wrapped))
                .orElseThrow(() ->
                        new KeysException(
                                "the record of user "
                                        + name
                                        + " was written by a newer version: start that one, or"
                                        + " remove the user and add it again"));
    }

    /// How a name that a client gives is looked up; empty when no user can have it.
    public static Optional<String> canonical(String name) {
        return SaslPrep.prepare(name)
                .map(prepared -> prepared.toLowerCase(Locale.ROOT))
                .filter(Users::fit);
    }

    // It stands in logs, events and command lines: no white space, nothing that is not seen.
    private static boolean fit(String name) {
        return !name.isEmpty()
                && name.length() <= LONGEST_NAME
                && name.codePoints().noneMatch(c -> c <= ' ' || Character.isWhitespace(c));
    }

    /// All users, by name.
    public Collection<User> list() {
        return List.copyOf(now.values());
    }

    /// The user of that canonical name.
    public Optional<User> find(String name) {
        return Optional.ofNullable(now.get(name));
    }

    /// Adds a user.
    ///
    /// @param addresses as which the user may send
    public Outcome<User> add(String name, List<String> addresses, String password) {
        var canonical = canonical(name);
        if (canonical.isEmpty()) {
            return new Outcome.Refused<>(
                    "\""
                            + name
                            + "\" can't be a user's name: give 1 to "
                            + LONGEST_NAME
                            + " characters without white space, such as alice or alice@example.com");
        }
        var own = new ArrayList<OwnAddress>();
        for (var text : addresses) {
            var address = OwnAddress.parse(text);
            if (address.isEmpty()) {
                return new Outcome.Refused<>(
                        text + " is neither an address nor, as @example.com, a whole domain");
            }
            own.add(address.get());
        }
        // A name that is an address is that user's address: who is alice@example.com sends as it.
        OwnAddress.parse(canonical.get())
                .filter(address -> address.localPart().isPresent() && !own.contains(address))
                .ifPresent(own::add);
        if (own.isEmpty()) {
            return new Outcome.Refused<>(
                    canonical.get()
                            + " could send as nobody: give at least one --address, or a name that is"
                            + " an address");
        }
        if (own.size() > MOST_ADDRESSES) {
            return new Outcome.Refused<>(
                    "more than " + MOST_ADDRESSES + " addresses: give a domain");
        }
        return withPassword(
                password,
                prepared ->
                        change(
                                canonical.get(),
                                before ->
                                        before.isPresent()
                                                ? new Outcome.Refused<>(
                                                        "there is a user "
                                                                + canonical.get()
                                                                + " already: change the password"
                                                                + " with `postern users passwd`")
                                                : new Outcome.Done<>(
                                                        user(canonical.get(), own, prepared))));
    }

    /// Sets another password.
    public Outcome<User> setPassword(String name, String password) {
        return withPassword(
                password,
                prepared ->
                        changed(
                                name,
                                before -> {
                                    var fresh = user(before.name(), before.addresses(), prepared);
                                    return new User(
                                            before.name(),
                                            before.addresses(),
                                            before.created(),
                                            fresh.passwordSet(),
                                            fresh.hash(),
                                            fresh.scram());
                                }));
    }

    private Outcome<User> changed(String name, UnaryOperator<User> how) {
        var canonical = canonical(name).orElse(name);
        return change(
                canonical,
                before ->
                        before.<Outcome<User>>map(user -> new Outcome.Done<>(how.apply(user)))
                                .orElseGet(() ->
                                        new Outcome.Refused<>("there is no user " + canonical)));
    }

    /// Removes a user. Sessions that are the user's go on until they end.
    public Outcome<User> remove(String name) {
        var canonical = canonical(name).orElse(name);
        changes.lock();
        try {
            var user = now.get(canonical);
            if (user == null) {
                return new Outcome.Refused<>("there is no user " + canonical);
            }
            await(store.removeValue(KIND, canonical));
            var after = new TreeMap<>(now);
            after.remove(canonical);
            now = after;
            return new Outcome.Done<>(user);
        } finally {
            changes.unlock();
        }
    }

    private interface Change {
        Outcome<User> of(Optional<User> before);
    }

    private Outcome<User> change(String name, Change change) {
        changes.lock();
        try {
            var outcome = change.of(find(name));
            if (outcome instanceof Outcome.Done<User>(var user)) {
                await(store.putValue(KIND, name, wrap.wrap(KIND, name, user.record())));
                var after = new TreeMap<>(now);
                after.put(name, user);
                now = after;
            }
            return outcome;
        } finally {
            changes.unlock();
        }
    }

    private interface WithPassword {
        Outcome<User> go(String prepared);
    }

    private static Outcome<User> withPassword(String password, WithPassword next) {
        var prepared = SaslPrep.prepare(password);
        if (prepared.isEmpty() || prepared.get().length() > LONGEST_PASSWORD) {
            return new Outcome.Refused<>(
                    "the password holds control characters, or is longer than "
                            + LONGEST_PASSWORD
                            + " characters: choose another");
        }
        // NIST SP 800-63B asks for 8 at least and for no rules of composition.
        if (prepared.get().codePointCount(0, prepared.get().length()) < SHORTEST_PASSWORD) {
            return new Outcome.Refused<>(
                    "the password is shorter than " + SHORTEST_PASSWORD + " characters");
        }
        return next.go(prepared.get());
    }

    private User user(String name, List<OwnAddress> addresses, String password) {
        var hash =
                work.run(() -> PasswordHash.of(password, salt(PasswordHash.SALT)))
                        .orElseThrow(() ->
                                new StoreException(
                                        "too many logins at once to hash a password: try again"));
        var at = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        var scram = ScramKeys.of(password, salt(SCRAM_SALT), SCRAM_ITERATIONS);
        return new User(name, addresses, at, at, hash, scram);
    }

    private byte[] salt(int length) {
        var salt = new byte[length];
        random.nextBytes(salt);
        return salt;
    }

    /// The SCRAM keys of a canonical name: a user's, or those of nobody, which can't be told from
    /// them.
    ScramKeys scramKeys(String name) {
        var user = now.get(name);
        // Made for both: the work is the same whoever is asked for.
        var seed = seed(name);
        var other = ScramKeys.ofNobody(seed, SCRAM_SALT, SCRAM_ITERATIONS);
        return user == null ? other : user.scram();
    }

    private byte[] seed(String name) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(nobody);
            return mac.doFinal(name.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }

    /// Whether that is the password of that canonical name; empty when there are too many logins to
    /// tell. The work is the same whether there is such a user.
    Optional<Boolean> matches(String name, String password) {
        var user = now.get(name);
        var hash = user == null ? PasswordHash.ofNobody() : user.hash();
        return work.run(() -> hash.matches(password)).map(right -> right && user != null);
    }

    private static void await(CompletableFuture<Void> write) {
        try {
            write.get(60, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof StoreException ours
                    ? ours
                    : new StoreException("cannot keep the user: " + e.getMessage(), e);
        } catch (TimeoutException e) {
            throw new StoreException("the store did not keep the user within 60 s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException("interrupted while the user was being kept", e);
        }
    }
}
