package io.postern.gateway.reports;

import io.postern.auth.dmarc.report.AggregateReport.DkimResult;
import io.postern.auth.dmarc.report.AggregateReport.PublishedPolicy;
import io.postern.auth.dmarc.report.AggregateReport.Reason;
import io.postern.auth.dmarc.report.AggregateReport.SpfResult;
import io.postern.auth.dmarc.report.Disposition;
import io.postern.mail.Domain;
import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// One message that DMARC was evaluated for: what a report says of it. RFC 9990 §3.1.1.
///
/// @param at when it was received; the present
/// @param policyDomain where the policy record was found
/// @param organizational the organizational domain of the policy domain (RFC 9989 §4.10.2); the
///   policy domain itself when that is not known
/// @param author the author domain
/// @param envelopeFrom the domain of the reverse-path, or empty text for the null one
/// @param envelopeTo the domain of a recipient; leave it away unless all have the same
/// @param dkim one per signature that was looked at, results in the words of RFC 8601
/// @param spf of the MAIL FROM identity
/// @param dkimAligned whether an aligned signature passed
/// @param spfAligned whether SPF passed for an aligned domain
/// @param disposition what was done: NONE, QUARANTINE or REJECT; that it passed is seen by itself
/// @param reasons why something else was done than the policy asks for, else empty
/// @param policy the record's tags; `domain` is the policy domain
/// @param rua the URIs of the record's `rua`, as written, in order
public record Judged(
        Instant at,
        Domain policyDomain,
        Domain organizational,
        Domain author,
        InetAddress client,
        String envelopeFrom,
        Optional<Domain> envelopeTo,
        List<DkimResult> dkim,
        Optional<SpfResult> spf,
        boolean dkimAligned,
        boolean spfAligned,
        Disposition disposition,
        List<Reason> reasons,
        PublishedPolicy policy,
        List<String> rua) {
    public Judged {
        dkim = List.copyOf(dkim);
        reasons = List.copyOf(reasons);
        rua = List.copyOf(rua);
    }
}
