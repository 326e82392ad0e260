package io.postern.gateway.identities;

import io.postern.dns.Answer;
import io.postern.dns.Resolver;
import io.postern.gateway.config.Config;
import io.postern.gateway.lookups.Lookups;
import io.postern.gateway.policy.Situation;
import io.postern.mail.Domain;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// The names of clients in the DNS, looked up once a session, beside the dialogue, for all who ask:
/// Received, lists, DNS lists and rules. Safe for many threads.
///
/// A stranger's look-up begins when it connects, and has usually ended when the names are wanted;
/// that of a client that authenticates begins when somebody asks. Hosts inside are known by their
/// addresses: theirs is never looked up.
///
/// What decides about mail waits for the names up to the deadline. Received only tells them: when
/// the DNS has failed a few times in a row it waits no more, so that a gateway without one is as
/// fast as one with. Look-ups go on, and the first that succeeds is waited for again.
public final class ReverseNames {
    /// Look-ups at once: a flood of strangers must not become a flood of questions.
    private static final int AT_ONCE = 200;

    /// Names of one address that are tried. RFC 7208 §4.6.4 takes as many.
    private static final int NAMES = 10;

    /// Failures in a row after which nobody waits for a name that is only told.
    private static final int PATIENCE = 3;

    private static final Lookups.Lookup<ClientNames> NOBODY = Lookups.done(ClientNames.NONE);

    private final Resolver resolver;
    private final Duration deadline;
    private final Lookups lookups = new Lookups(AT_ONCE);
    private final ConcurrentHashMap<String, Lookups.Lookup<ClientNames>> sessions =
            new ConcurrentHashMap<>();
    private final AtomicInteger failures = new AtomicInteger();

    /// @param deadline for a look-up, from its beginning; zero for none
    public ReverseNames(Resolver resolver, Duration deadline) {
        this.resolver = resolver;
        this.deadline = deadline;
    }

    /// The look-up of the session's client, begun by whoever asks first; returns at once. To be
    /// called until [#end], by the session's thread.
    public Lookups.Lookup<ClientNames> begin(Situation situation) {
        if (deadline.isZero() || situation.listener().role() == Config.Role.OUTBOUND) {
            return NOBODY;
        }
        var client = situation.session().client().getAddress();
        return sessions.computeIfAbsent(
                situation.session().sessionId(),
                _ -> lookups.start(() -> find(client), ClientNames.UNKNOWN, deadline));
    }

    /// The names, for what decides about mail; unknown when they are not known within the deadline.
    public ClientNames of(Situation situation) {
        return begin(situation).get();
    }

    /// The name for Received, verified: it leads back to the address. Empty when there is none, or
    /// it is not known in time.
    public Optional<Domain> told(Situation situation) {
        var lookup = begin(situation);
        var names = waits() ? lookup.get() : lookup.now();
        if (!lookup.isDone()) {
            failures.incrementAndGet();
        }
        return names.verified();
    }

    /// The session is over. Idempotent.
    public void end(Situation situation) {
        sessions.remove(situation.session().sessionId());
    }

    /// Whether a name that is only told, and not there yet, is waited for.
    boolean waits() {
        return failures.get() < PATIENCE;
    }

    private ClientNames find(InetAddress client) {
        return switch (resolver.ptr(client)) {
            case Answer.Records<String>(var names, _, _) -> {
                failures.set(0);
                var claimed = names.stream().filter(name -> !name.isEmpty()).limit(NAMES).toList();
                yield confirmed(claimed, client);
            }
            case Answer.NoSuchName<String>(), Answer.NoData<String>() -> {
                failures.set(0);
                yield ClientNames.NONE;
            }
            case Answer.TemporaryFailure<String> _ -> {
                failures.incrementAndGet();
                yield ClientNames.UNKNOWN;
            }
        };
    }

    /// Those that lead back.
    private ClientNames confirmed(List<String> claimed, InetAddress client) {
        var confirmed = new ArrayList<String>();
        boolean open = false;
        for (var name : claimed) {
            switch (client instanceof Inet4Address ? resolver.a(name) : resolver.aaaa(name)) {
                case Answer.Records<InetAddress>(var addresses, _, _) -> {
                    if (addresses.contains(client)) {
                        confirmed.add(name);
                    }
                }
                case Answer.NoSuchName<InetAddress>(), Answer.NoData<InetAddress>() -> {}
                case Answer.TemporaryFailure<InetAddress> _ -> open = true;
            }
        }
        return new ClientNames(claimed, confirmed, open);
    }
}
