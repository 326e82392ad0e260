package io.postern.gateway.reports;

import io.postern.auth.authres.AuthenticationResults;
import io.postern.auth.dkim.SignatureResult;
import io.postern.auth.dmarc.Alignment;
import io.postern.auth.dmarc.DmarcPolicy;
import io.postern.auth.dmarc.DmarcRecord;
import io.postern.auth.dmarc.DmarcResult;
import io.postern.auth.dmarc.DmarcVerdict;
import io.postern.auth.dmarc.report.AggregateReport.DkimResult;
import io.postern.auth.dmarc.report.AggregateReport.PublishedPolicy;
import io.postern.auth.dmarc.report.AggregateReport.Reason;
import io.postern.auth.dmarc.report.AggregateReport.SpfResult;
import io.postern.auth.dmarc.report.Disposition;
import io.postern.auth.dmarc.report.FailureReportWriter.Failed;
import io.postern.gateway.authentication.MessageResults;
import io.postern.mail.Domain;
import io.postern.mail.Envelope;
import io.postern.mail.HeaderFields;
import io.postern.mail.ReversePath;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// Turns what authentication found of one message, and what was done with it, into what reports
/// say.
///
/// @param results of the message
/// @param done what became of it
/// @param reason why something else was done than the policy asks for: an override, in words
public record JudgedMail(MessageResults results, Done done, Optional<String> reason) {
    /// What became of a message.
    public enum Done {
        /// Delivered as any other.
        DELIVERED(Disposition.NONE, "delivered"),
        /// Tagged or held because of DMARC.
        QUARANTINED(Disposition.QUARANTINE, "spam"),
        /// Refused for good.
        REFUSED(Disposition.REJECT, "reject");

        private final Disposition disposition;
        private final String delivery;

        Done(Disposition disposition, String delivery) {
            this.disposition = disposition;
            this.delivery = delivery;
        }
    }

    /// What the aggregate report counts; empty when DMARC was not evaluated, or to no end.
    public Optional<Judged> aggregate(Envelope envelope, Instant now) {
        return judged().map(dmarc -> aggregate(dmarc, envelope, now));
    }

    private Optional<DmarcResult> judged() {
        return results.dmarc()
                .filter(dmarc ->
                        dmarc.verdict() instanceof DmarcVerdict.Pass
                                || dmarc.verdict() instanceof DmarcVerdict.Fail)
                .filter(dmarc -> dmarc.record().isPresent() && dmarc.policyDomain().isPresent());
    }

    private Judged aggregate(DmarcResult dmarc, Envelope envelope, Instant now) {
        var record = dmarc.record().orElseThrow();
        var policyDomain = dmarc.policyDomain().orElseThrow();
        return new Judged(
                now,
                policyDomain,
                dmarc.organizationalDomain().orElse(policyDomain),
                dmarc.author(),
                results.query().client(),
                envelopeFrom(envelope),
                Optional.empty(),
                results.lookedAt().stream().map(JudgedMail::dkim).toList(),
                Optional.of(spf(envelope)),
                !dmarc.alignedDkim().isEmpty(),
                dmarc.alignedSpf().isPresent(),
                done.disposition,
                reasons(dmarc),
                published(policyDomain, record),
                record.rua());
    }

    private static String envelopeFrom(Envelope envelope) {
        return envelope.reversePath() instanceof ReversePath.Of(var mailbox)
                ? mailbox.host().toString()
                : "";
    }

    private static DkimResult dkim(SignatureResult signature) {
        return new DkimResult(
                signature.signingDomain().map(Domain::name).orElse(""),
                signature.selector(),
                signature.result().word(),
                signature.result().reason());
    }

    private SpfResult spf(Envelope envelope) {
        boolean helo = envelope.reversePath() instanceof ReversePath.Null;
        return new SpfResult(
                results.mailFrom().domain(),
                Optional.of(helo ? "helo" : "mfrom"),
                results.mailFrom().verdict().word(),
                Optional.empty());
    }

    /// RFC 9990 §3.1.6.
    private List<Reason> reasons(DmarcResult dmarc) {
        var reasons = new ArrayList<Reason>();
        if (dmarc.verdict() instanceof DmarcVerdict.Fail
                && !dmarc.requested().equals(dmarc.effective())) {
            reasons.add(new Reason("policy_test_mode", Optional.empty()));
        }
        // Without a comment: what rules are called here, and whom we trust, is nobody's business.
        reason.ifPresent(why ->
                reasons.add(
                        new Reason(
                                why.contains("forwarder") ? "trusted_forwarder" : "local_policy",
                                Optional.empty())));
        return reasons;
    }

    private static PublishedPolicy published(Domain domain, DmarcRecord record) {
        return new PublishedPolicy(
                domain.name(),
                record.p().map(DmarcPolicy::word),
                record.sp().map(DmarcPolicy::word),
                record.np().map(DmarcPolicy::word),
                Optional.of(word(record.adkim())),
                Optional.of(word(record.aspf())),
                Optional.empty(),
                record.fo().isEmpty()
                        ? Optional.empty()
                        : Optional.of(String.join(":", record.fo())),
                Optional.of(record.testing() ? "y" : "n"),
                Optional.of("treewalk"));
    }

    private static String word(Alignment alignment) {
        return switch (alignment) {
            case RELAXED -> "r";
            case STRICT -> "s";
        };
    }

    /// Tells who asked for it of a message that failed, one by one, if that is switched on.
    void failure(
            FailureReports failures,
            Envelope envelope,
            HeaderFields header,
            Supplier<AuthenticationResults> written,
            Instant now) {
        var failed =
                judged().filter(dmarc -> dmarc.verdict() instanceof DmarcVerdict.Fail)
                        // RFC 9991 §2: not about a public suffix.
                        .filter(dmarc -> dmarc.record().orElseThrow().psd() != DmarcRecord.Psd.YES);
        if (failed.isEmpty()) {
            return;
        }
        var dmarc = failed.get();
        var policyDomain = dmarc.policyDomain().orElseThrow();
        var first = results.lookedAt().stream().findFirst();
        failures.failed(
                new Failed(
                        dmarc.author(),
                        now,
                        results.query().client(),
                        envelope.reversePath(),
                        written.get(),
                        List.of("dkim", "spf"),
                        first.flatMap(SignatureResult::signingDomain).map(Domain::name),
                        first.flatMap(SignatureResult::selector),
                        Optional.empty(),
                        Optional.of(done.delivery)),
                policyDomain,
                dmarc.organizationalDomain().orElse(policyDomain),
                header,
                dmarc.record().orElseThrow().ruf());
    }
}
