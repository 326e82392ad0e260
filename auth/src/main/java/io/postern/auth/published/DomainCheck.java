package io.postern.auth.published;

import io.postern.dns.Aliases;
import io.postern.dns.Answer;
import io.postern.dns.Resolver;
import java.time.InstantSource;
import java.util.List;

/// Looks at all that a domain publishes about its mail, as others see it.
public final class DomainCheck {
    private DomainCheck() {}

    /// Blocks for about a minute at most, and for no more than 400 questions.
    ///
    /// @param resolver the view from outside
    /// @param aliases of the same view
    /// @param probe a label that nobody has published, such as `x7f3a9`: for wildcards
    /// @return in the order of the topics; at least one, at most forty of a topic
    public static List<Finding> of(
            Subject subject,
            Resolver resolver,
            Aliases aliases,
            InstantSource clock,
            String probe) {
        var dns = new Asking(resolver, aliases, clock);
        var findings = new Findings();
        var domain = subject.domain();
        switch (dns.txt(domain.name())) {
            case Answer.NoSuchName<String>() ->
                    // RFC 8020: then nothing below it does.
                    findings.error(
                            Topic.DNS,
                            domain
                                    + " does not exist in the DNS: register and delegate it, then publish what"
                                    + " `postern domain add` prints");
            case Answer.Records<String> _,
                    Answer.NoData<String>(),
                    Answer.TemporaryFailure<String> _ -> {
                new Wildcards(domain, dns, findings).check(probe);
                new DkimCheck(subject, dns, findings).check();
                new SpfCheck(subject, dns, findings).check();
                new DmarcCheck(subject, dns, findings).check();
                new MxCheck(subject, dns, findings).check();
                new TransportCheck(subject, dns, findings, clock.instant()).check();
            }
        }
        return findings.all();
    }
}
