package io.postern.gateway.users;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.unboundid.ldap.sdk.DN;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.RDN;
import com.unboundid.ldap.sdk.SearchResultEntry;
import io.postern.gateway.config.ConfigException;
import io.postern.gateway.config.Directory;
import io.postern.gateway.config.UserDirectory;
import io.postern.gateway.directory.AddressValues;
import io.postern.gateway.directory.Health;
import io.postern.gateway.directory.LdapClient;
import io.postern.gateway.directory.LdapClient.Answer;
import io.postern.gateway.directory.Login;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/// Users in an LDAP directory. The entry is searched for with the gateway's own rights; then it is
/// bound as, with the password, which says whether that is right. Safe for many threads.
///
/// What the directory can't say is never a no: no answer, late, or not understood.
public final class DirectoryUsers implements AutoCloseable {
    private static final int MOST_ADDRESSES = 1000;

    /// What no entry is called, and is bound as when there is none.
    private static final String NOBODY = "postern nobody";

    private final String name;
    private final Directory settings;
    private final UserFilter filter;
    private final LdapClient client;
    // Apart: a server that answers searches may well not answer binds.
    private final Health searches;
    private final Health binds;
    private final InstantSource clock;
    private final String nobody;
    private final Cache<String, Remembered> remembered;

    private record Remembered(List<OwnAddress> addresses, Instant at) {}

    /// A user's entry.
    ///
    /// @param dn as the directory writes it
    /// @param key the same however it is written
    record Entry(String dn, String key, List<OwnAddress> addresses) {}

    /// Who a name is.
    sealed interface Found {
        record One(Entry entry) implements Found {}

        record None(String why) implements Found {}

        record Unavailable(String why) implements Found {}
    }

    /// What became of a bind.
    sealed interface Bound {
        record Right() implements Bound {}

        record Wrong(String why) implements Bound {}

        record Unavailable(String why) implements Bound {}
    }

    /// Connects to nobody yet.
    ///
    /// @param directory the one that `users` names
    /// @throws ConfigException when the filter is none, or the certificates can't be read
    public DirectoryUsers(UserDirectory users, Directory directory, InstantSource clock) {
        name = "directory " + directory.name();
        settings = directory;
        filter = new UserFilter(users.filter());
        nobody = nobody(directory);
        client = new LdapClient(directory);
        var meanwhile = "its users' logins are answered 454 meanwhile";
        searches = new Health(name + ", users", meanwhile, clock);
        binds = new Health(name + ", passwords", meanwhile, clock);
        this.clock = clock;
        remembered =
                Caffeine.newBuilder()
                        .maximumSize(directory.remembered())
                        .executor(Runnable::run)
                        .build();
    }

    private static String nobody(Directory directory) {
        try {
            return new DN(new RDN("cn", NOBODY), new DN(directory.base())).toString();
        } catch (LDAPException e) {
            throw new ConfigException(
                    "directory " + directory.name() + ": base is no DN: " + e.getMessage(), e);
        }
    }

    /// The entry of a canonical name.
    Found find(String user) {
        var paused = searches.paused();
        if (paused.isPresent()) {
            return new Found.Unavailable(name + ": " + paused.get());
        }
        return switch (client.entries(filter.of(user), 2)) {
            case Answer.Trouble<List<SearchResultEntry>>(var why, var ofTheDirectory) ->
                    new Found.Unavailable(trouble(searches, why, ofTheDirectory));
            case Answer.Said<List<SearchResultEntry>>(var entries) -> {
                searches.well();
                yield switch (entries.size()) {
                    case 0 -> new Found.None("no entry in " + name);
                    case 1 -> one(entries.getFirst());
                    default -> new Found.None("more than one entry in " + name);
                };
            }
        };
    }

    private Found one(SearchResultEntry entry) {
        try {
            var key = entry.getParsedDN().toNormalizedString();
            return key.isEmpty()
                    ? new Found.None("an entry without a name in " + name)
                    : new Found.One(new Entry(entry.getDN(), key, addresses(entry)));
        } catch (LDAPException _) {
            return new Found.Unavailable(name + ": the entry's name can't be read");
        }
    }

    /// Whole addresses alone: `@example.com` in a directory says who gets a domain's mail, not who
    /// writes it.
    private List<OwnAddress> addresses(SearchResultEntry entry) {
        return AddressValues.of(entry, settings.attributes()).stream()
                .flatMap(text -> OwnAddress.parse(text).stream())
                .filter(address -> address.localPart().isPresent())
                .distinct()
                .limit(MOST_ADDRESSES)
                .toList();
    }

    private String trouble(Health health, String why, boolean ofTheDirectory) {
        if (ofTheDirectory) {
            health.unwell(why);
        }
        return name + ": " + why;
    }

    /// Whether that is the password of an entry. Its addresses are remembered when it is.
    ///
    /// @param user the canonical name that found it
    Bound bind(String user, Entry entry, String password) {
        var bound = bind(entry.dn(), password);
        if (bound instanceof Bound.Right) {
            remember(user, entry);
        }
        return bound;
    }

    /// A bind of nobody, in place of the one that a user would cost: a name that is not there takes
    /// as long as one that is, and waits out the same trouble.
    Bound bindNobody() {
        return bind(nobody, NOBODY) instanceof Bound.Unavailable trouble
                ? trouble
                : new Bound.Wrong("nobody");
    }

    private Bound bind(String dn, String password) {
        // RFC 4513 §5.1.2: with an empty one the directory would say yes to anybody.
        if (password.isEmpty()) {
            return new Bound.Wrong("no password");
        }
        var paused = binds.paused();
        if (paused.isPresent()) {
            return new Bound.Unavailable(name + ": " + paused.get());
        }
        return switch (client.bind(dn, password)) {
            case Answer.Trouble<Login.Result>(var why, var ofTheDirectory) ->
                    new Bound.Unavailable(trouble(binds, why, ofTheDirectory));
            case Answer.Said<Login.Result>(Login.Result(var right, var why)) -> {
                binds.well();
                yield right ? new Bound.Right() : new Bound.Wrong(name + ": " + why);
            }
        };
    }

    /// As which addresses a user may send who has logged in: what is remembered for `known`, else
    /// what the directory says now, else for `stale` longer what is remembered.
    Owned addresses(String user) {
        var kept = remembered.getIfPresent(user);
        if (kept != null && fits(kept, settings.known())) {
            return new Owned.Addresses(kept.addresses());
        }
        return switch (find(user)) {
            case Found.One(var entry) -> {
                remember(user, entry);
                yield new Owned.Addresses(entry.addresses());
            }
            case Found.None _ -> {
                remembered.invalidate(user);
                yield new Owned.Addresses(List.of());
            }
            case Found.Unavailable(var why) ->
                    kept != null && fits(kept, settings.known().plus(settings.stale()))
                            ? new Owned.Addresses(kept.addresses())
                            : new Owned.Unavailable(why);
        };
    }

    private void remember(String user, Entry entry) {
        remembered.put(user, new Remembered(entry.addresses(), clock.instant()));
    }

    private boolean fits(Remembered one, Duration limit) {
        var age = Duration.between(one.at(), clock.instant());
        // A clock that was set back would keep it for that much longer.
        return !age.isNegative() && age.compareTo(limit) < 0;
    }

    @Override
    public void close() {
        client.close();
    }
}
