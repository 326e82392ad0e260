package io.postern.gateway.identities;

import io.postern.dns.Answer;
import io.postern.dns.MxRecord;
import io.postern.dns.Resolver;
import io.postern.gateway.config.Config;
import io.postern.gateway.policy.Check;
import io.postern.gateway.policy.Opinion;
import io.postern.gateway.policy.Situation;
import io.postern.gateway.policy.Stage;
import io.postern.mail.Domain;
import io.postern.smtp.Reply;
import io.postern.store.Decision;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// Refuses a stranger's reverse-path to whose domain no reply could go. RFC 2505 §2.9.
///
/// It never refuses for trouble of the DNS's: that defers. The null reverse-path and our own
/// domains pass (RFC 2505 §2.6), and so do address literals.
public final class ReversePathCheck implements Check {
    private final Resolver resolver;
    private final Postmaster exempt;

    public ReversePathCheck(Resolver resolver, Postmaster exempt) {
        this.resolver = resolver;
        this.exempt = exempt;
    }

    @Override
    public Opinion ask(Situation situation) {
        if (situation.stage() != Stage.MAIL || situation.listener().role() != Config.Role.INBOUND) {
            return Opinion.PASS;
        }
        return situation
                .envelope()
                .flatMap(envelope -> exempt.stranger(envelope.reversePath()))
                .map(mailbox -> mailbox.host() instanceof Domain domain ? of(domain) : Opinion.PASS)
                .orElse(Opinion.PASS);
    }

    private Opinion of(Domain domain) {
        return switch (resolver.mx(domain.name())) {
            case Answer.Records<MxRecord>(var records, _, _) ->
                    // RFC 7505 §3: one record, with the root as exchange. §4.2 gives the reply.
                    records.stream().allMatch(record -> record.exchange().isEmpty())
                            ? refuse(550, "5.7.27", "takes no mail (null MX)", domain)
                            : Opinion.PASS;
            case Answer.NoSuchName<MxRecord>() -> refuse(550, "5.1.8", "does not exist", domain);
            // RFC 5321 §5.1: without an MX the domain itself is the host.
            case Answer.NoData<MxRecord>() -> addresses(domain);
            case Answer.TemporaryFailure<MxRecord>(var why) -> later(domain, why);
        };
    }

    private Opinion addresses(Domain domain) {
        Opinion opinion = refuse(550, "5.1.8", "has neither MX nor address", domain);
        for (boolean v6 : List.of(false, true)) {
            var answer = v6 ? resolver.aaaa(domain.name()) : resolver.a(domain.name());
            switch (answer) {
                case Answer.Records<InetAddress> _ -> {
                    return Opinion.PASS;
                }
                case Answer.NoSuchName<InetAddress>(), Answer.NoData<InetAddress>() -> {}
                case Answer.TemporaryFailure<InetAddress>(var why) -> opinion = later(domain, why);
            }
        }
        return opinion;
    }

    private static Opinion later(Domain domain, String why) {
        return opinion(451, "4.4.3", "can't be looked up now", domain, Map.of("dns", why));
    }

    private static Opinion refuse(int code, String enhanced, String what, Domain domain) {
        return opinion(code, enhanced, what, domain, Map.of());
    }

    private static Opinion opinion(
            int code, String enhanced, String what, Domain domain, Map<String, String> inputs) {
        var text = "your domain " + domain + " " + what;
        var all = new java.util.LinkedHashMap<>(inputs);
        all.put("domain", domain.name());
        return new Opinion.Refuse(
                "reverse-path-domain",
                Reply.of(code, enhanced, text),
                Duration.ZERO,
                false,
                new Decision("reverse-path-domain", what, all));
    }
}
