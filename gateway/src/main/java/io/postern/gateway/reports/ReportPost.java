package io.postern.gateway.reports;

import io.postern.auth.dmarc.DmarcVerifier;
import io.postern.auth.dmarc.report.ReportDestinations;
import io.postern.auth.dmarc.report.ReportDestinations.Verified;
import io.postern.auth.dmarc.report.ReportUri;
import io.postern.dns.Resolver;
import io.postern.gateway.config.Config;
import io.postern.gateway.delivery.Destination;
import io.postern.gateway.delivery.Routes;
import io.postern.gateway.treat.Treatment;
import io.postern.mail.Content;
import io.postern.mail.Domain;
import io.postern.mail.Envelope;
import io.postern.mail.EnvelopeRecipient;
import io.postern.mail.ForwardPath;
import io.postern.mail.Mailbox;
import io.postern.mail.MessageId;
import io.postern.mail.Notify;
import io.postern.mail.ReversePath;
import io.postern.store.Decision;
import io.postern.store.MessageStore;
import io.postern.store.NewMessage;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes messages of reports: signed, from the null reverse-path, for the gateway's own delivery.
final class ReportPost {
    private static final Logger LOG = LoggerFactory.getLogger(ReportPost.class);

    /// What posting needs of the gateway.
    ///
    /// @param wake tells delivery that there is something
    record Means(
            Config config,
            MessageStore store,
            Routes routes,
            Treatment treatment,
            Resolver resolver,
            Runnable wake,
            RandomGenerator random) {}

    private final Means means;

    ReportPost(Means means) {
        this.means = means;
    }

    Means means() {
        return means;
    }

    /// Whether a place wants the reports of a policy record. Blocks as long as the resolver does.
    ///
    /// @param organizational of the policy domain as far as it had to be found for the mail: the
    ///   policy domain itself when it had not. RFC 9990 §4 asks no further within an organization
    Verified verified(Domain policyDomain, Domain organizational, ReportUri uri) {
        var organization = Optional.of(organizational);
        if (organizational.equals(policyDomain)
                && policyDomain.name().endsWith("." + uri.host().name())) {
            organization = new DmarcVerifier(means.resolver()).organizationalDomain(policyDomain);
        }
        return organization
                .map(own -> ReportDestinations.verify(policyDomain, own, uri, means.resolver()))
                .orElseGet(() ->
                        new Verified.NotNow(
                                "the organization of " + policyDomain + " can't be told",
                                List.of()));
    }

    String messageId(Instant now) {
        return MessageId.make(now, means.random(), means.config().hostname());
    }

    /// The message as it leaves; empty when it can't be signed: it must pass DMARC itself (RFC 9990
    /// §3.5.2, RFC 9991 §6). Takes the content; the message's is to be closed.
    ///
    /// @throws io.postern.gateway.treat.TreatmentException when it can't be read or signed now
    Optional<NewMessage> signed(Content mail, Mailbox to, Instant now, List<Decision> decisions) {
        var content = means.treatment().signReport(mail, now, decisions);
        if (!content.header().has("DKIM-Signature")) {
            content.close();
            LOG.warn(
                    "DMARC reports wait: {} has no DKIM key; make one with \"postern dkim new\"",
                    means.config().dmarcReports().contact().orElse(""));
            return Optional.empty();
        }
        var path = new ForwardPath.Of(to);
        // RFC 5321 §6.1: nobody is told about what can't be delivered; it would be about a report.
        var envelope =
                Envelope.from(new ReversePath.Null())
                        .with(
                                new EnvelopeRecipient(
                                        path, Optional.of(Notify.NEVER), Optional.empty()));
        var expires = now.plus(means.config().outbound().expire());
        return Optional.of(
                new NewMessage(
                        means.store().nextId(),
                        now,
                        envelope,
                        content,
                        List.of(
                                means.routes()
                                        .of(path)
                                        .map(Destination::name)
                                        .orElse("unroutable")),
                        now,
                        expires,
                        expires,
                        false,
                        Map.of("listener", "internal", "subject", "DMARC report"),
                        decisions));
    }
}
