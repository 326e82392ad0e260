package io.postern.gateway.identities;

import io.postern.dns.Resolver;
import io.postern.gateway.policy.Situation;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;

/// The names of the clients of all sessions, looked up once a session, beside the dialogue. Safe
/// for many threads.
public final class SessionNames {
    private final ConcurrentHashMap<String, Lookups.Lookup<ClientNames>> sessions =
            new ConcurrentHashMap<>();
    private final Resolver resolver;
    private final Lookups lookups;
    private final Duration deadline;

    /// @param deadline counted from [#start]
    public SessionNames(Resolver resolver, Lookups lookups, Duration deadline) {
        this.resolver = resolver;
        this.lookups = lookups;
        this.deadline = deadline;
    }

    /// Begins to look up, once for a session.
    public void start(Situation situation) {
        var client = situation.session().client().getAddress();
        sessions.computeIfAbsent(
                situation.session().sessionId(),
                _ ->
                        lookups.start(
                                () -> ClientNames.of(client, resolver),
                                ClientNames.NONE,
                                deadline));
    }

    /// The names, when they are known within the deadline; else none.
    public ClientNames of(Situation situation) {
        var lookup = sessions.get(situation.session().sessionId());
        return lookup == null ? ClientNames.NONE : lookup.get();
    }

    /// The session is over. Idempotent.
    public void end(Situation situation) {
        sessions.remove(situation.session().sessionId());
    }
}
