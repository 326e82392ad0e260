package io.postern.gateway.authentication;

import io.postern.auth.arc.ArcVerifier;
import io.postern.auth.authres.AuthenticationResults;
import io.postern.auth.dkim.DkimPolicy;
import io.postern.auth.dkim.DkimVerifier;
import io.postern.auth.dkim.SignatureFactory;
import io.postern.auth.spf.SpfQuery;
import io.postern.dns.Resolver;
import io.postern.gateway.config.Config;
import io.postern.gateway.lookups.Lookups;
import io.postern.mail.Domain;
import io.postern.mail.Envelope;
import io.postern.mail.HeaderField;
import io.postern.mail.ReversePath;
import io.postern.smtp.server.SessionFacts;
import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/// Authenticates messages. Safe for many threads.
public final class Authentication {
    /// The rule that acts on failures of DMARC: in logs, tags, reasons for a hold.
    public static final String DMARC = "dmarc";

    private final Resolver resolver;
    private final boolean enabled;
    private final Duration deadline;
    private final LookAlikes lookAlikes;
    private final InstantSource clock;
    private final Stamps stamps;
    private final Lookups lookups = new Lookups();

    /// @param resolver keeps its answers for a while: each message asks anew
    public Authentication(Config config, Resolver resolver, InstantSource clock) {
        this(
                new Stamps(
                        config.authentication().authservId().orElse(config.hostname()).name(),
                        config.hostname().name(),
                        config.authentication().receivedSpf()),
                config.authentication().enabled(),
                config.authentication().deadline(),
                config.domain().stream().map(Config.OwnDomain::name).toList(),
                resolver,
                clock);
    }

    /// The same without a gateway, for one that looks at messages in files.
    ///
    /// @param host who says what was found
    public Authentication(String host, Duration deadline, Resolver resolver, InstantSource clock) {
        this(new Stamps(host, host, true), true, deadline, List.of(), resolver, clock);
    }

    private Authentication(
            Stamps stamps,
            boolean enabled,
            Duration deadline,
            List<Domain> ours,
            Resolver resolver,
            InstantSource clock) {
        this.stamps = stamps;
        this.enabled = enabled;
        this.deadline = deadline;
        this.lookAlikes = new LookAlikes(ours);
        this.resolver = resolver;
        this.clock = clock;
    }

    /// Begins with a message that a client announces: SPF is looked up from now on. Empty where
    /// nobody's mail is authenticated: for our own hosts and users, or when it is switched off.
    public Optional<Authenticating> begin(
            Config.Listener listener, SessionFacts session, Envelope envelope) {
        return enabled && listener.role() == Config.Role.INBOUND
                ? Optional.of(
                        begin(
                                session.client().getAddress(),
                                session.heloName().orElse(""),
                                envelope.reversePath()))
                : Optional.empty();
    }

    /// The same outside a session.
    ///
    /// @param helo as given; empty when it was not
    public Authenticating begin(InetAddress client, String helo, ReversePath reversePath) {
        var mailFrom =
                switch (reversePath) {
                    case ReversePath.Null() -> "";
                    case ReversePath.Of(var mailbox) -> mailbox.toString();
                };
        var dns = new MessageResolver(resolver, lookups, deadline);
        return new Authenticating(
                new Authenticating.Means(
                        dns,
                        deadline,
                        stamps.receiver(),
                        new DkimVerifier(dns, DkimPolicy.STANDARD),
                        new ArcVerifier(dns, DkimPolicy.STANDARD, SignatureFactory.PLATFORM),
                        lookAlikes),
                new SpfQuery(client, helo, mailFrom),
                clock.instant());
    }

    /// What we say of a message, as one field.
    public AuthenticationResults written(MessageResults results) {
        return stamps.field(results);
    }

    /// What is written on a message for the inside server: fields to be put on top, in this order.
    public List<HeaderField> stamps(MessageResults results) {
        return stamps.of(results);
    }
}
