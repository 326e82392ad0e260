package io.postern.auth.published;

import io.postern.auth.dmarc.Discovery;
import io.postern.auth.dmarc.DmarcPolicy;
import io.postern.auth.dmarc.DmarcRecord;
import io.postern.auth.dmarc.DmarcVerifier;
import io.postern.auth.dmarc.report.ReportDestinations;
import io.postern.auth.dmarc.report.ReportUri;
import io.postern.dns.Answer;
import io.postern.mail.Domain;
import java.util.List;
import java.util.Locale;

/// A domain's DMARC policy, its own or that of a domain above it. RFC 9989.
final class DmarcCheck {
    private final Subject subject;
    private final Asking dns;
    private final Findings findings;

    /// The record with all that was advised so far: the last one proposed has everything.
    private String repaired = "";

    DmarcCheck(Subject subject, Asking dns, Findings findings) {
        this.subject = subject;
        this.dns = dns;
        this.findings = findings;
    }

    void check() {
        var name = "_dmarc." + subject.domain();
        switch (dns.txt(name)) {
            case Answer.TemporaryFailure<String>(var why) ->
                    findings.unknown(Topic.DMARC, name, why);
            case Answer.NoSuchName<String>(), Answer.NoData<String>() -> inherited(name);
            case Answer.Records<String>(var texts, _, _) -> records(name, texts);
        }
    }

    private void records(String name, List<String> texts) {
        var meant = texts.stream().filter(DmarcCheck::isMeant).toList();
        if (meant.size() > 1) {
            // RFC 9989 §4.10.
            findings.error(
                    Topic.DMARC,
                    "%s has %d policy records, so all are discarded: leave one"
                            .formatted(name, meant.size()));
            return;
        }
        if (meant.isEmpty()) {
            var near =
                    texts.stream()
                            .filter(text -> text.toLowerCase(Locale.ROOT).contains("dmarc1"))
                            .findFirst();
            near.ifPresent(text ->
                    findings.error(
                            Topic.DMARC,
                            "%s is passed over, because it does not begin with v=DMARC1 exactly: \"%s\""
                                    .formatted(name, Texts.brief(text)),
                            Wanted.dmarc(subject)));
            if (near.isEmpty()) {
                inherited(name);
            }
            return;
        }
        switch (DmarcRecord.parse(meant.getFirst())) {
            case DmarcRecord.Parsed.Bad(var why, _) ->
                    findings.error(
                            Topic.DMARC, name + " can't be read: " + why, Wanted.dmarc(subject));
            case DmarcRecord.Parsed.Ok(var record, var remarks) ->
                    own(name, meant.getFirst(), record, remarks);
        }
    }

    private static boolean isMeant(String text) {
        return !(DmarcRecord.parse(text) instanceof DmarcRecord.Parsed.Bad(_, boolean meant))
                || meant;
    }

    /// RFC 9989 §4.10.1: the policy of a domain above.
    private void inherited(String name) {
        switch (new DmarcVerifier(dns).discover(subject.domain()).outcome()) {
            case Discovery.Outcome.Failed(var why) ->
                    findings.unknown(Topic.DMARC, "the policy that applies", why);
            case Discovery.Outcome.Applies(var at, var record, var requested, _) -> {
                findings.ok(
                        Topic.DMARC,
                        "the policy of %s applies: %s".formatted(at, requested.word()));
                if (record.rua().isEmpty()) {
                    findings.warning(
                            Topic.DMARC,
                            "the record at _dmarc." + at + " has no rua=: nobody learns who sends");
                }
            }
            case Discovery.Outcome.Unreadable(var why) ->
                    findings.error(Topic.DMARC, why, Wanted.dmarc(subject));
            case Discovery.Outcome.NotApplied _ ->
                    findings.warning(
                            Topic.DMARC,
                            "there is no record "
                                    + name
                                    + ": anybody may write mail as the domain, and large receivers"
                                    + " want one",
                            Wanted.dmarc(subject));
        }
    }

    private void own(String name, String text, DmarcRecord record, List<String> remarks) {
        if (record.p().isEmpty()) {
            findings.error(
                    Topic.DMARC,
                    name + " has no valid policy, so DMARC is not applied",
                    ZoneLine.txt(name, Texts.with(text, "p", "none")));
            return;
        }
        var policy = record.p().get();
        repaired = text;
        findings.ok(
                Topic.DMARC,
                "one record that can be read, p=" + policy.word() + domains(record, policy));
        remarks(name, record, remarks);
        if (record.testing()) {
            repaired = Texts.without(repaired, "t");
            findings.warning(
                    Topic.DMARC,
                    "t=y: receivers apply one level less than p=" + policy.word(),
                    ZoneLine.txt(name, repaired));
        }
        if (record.sp().filter(sp -> sp.compareTo(policy) < 0).isPresent()) {
            repaired = Texts.without(repaired, "sp");
            findings.advice(
                    Topic.DMARC,
                    "sp=%s asks less for all domains below than p=%s does"
                            .formatted(record.sp().get().word(), policy.word()),
                    ZoneLine.txt(name, repaired));
        }
        if (record.rua().isEmpty()) {
            repaired = Texts.with(repaired, "rua", "mailto:" + Wanted.reports(subject));
            findings.warning(
                    Topic.DMARC,
                    "without rua= nobody learns who sends as the domain, and what fails",
                    ZoneLine.txt(name, repaired));
        }
        if (policy == DmarcPolicy.NONE) {
            findings.advice(
                    Topic.DMARC,
                    "p=none asks for nothing: once the reports show no mail of yours that fails,"
                            + " publish p=quarantine",
                    ZoneLine.txt(name, replacedPolicy(repaired)));
        }
        record.rua().forEach(uri -> destination("rua", uri));
        record.ruf().forEach(uri -> destination("ruf", uri));
    }

    private void remarks(String name, DmarcRecord record, List<String> remarks) {
        for (var remark : remarks) {
            if (record.pct().isPresent() && remark.startsWith("pct=")) {
                repaired = Texts.without(repaired, "pct");
                findings.advice(Topic.DMARC, remark, ZoneLine.txt(name, repaired));
            } else {
                findings.advice(Topic.DMARC, Texts.brief(remark));
            }
        }
    }

    private static String domains(DmarcRecord record, DmarcPolicy policy) {
        return record.sp()
                .filter(sp -> sp != policy)
                .map(sp -> ", sp=" + sp.word() + " below it")
                .orElse("");
    }

    /// §4.8: p= stands where it stood.
    private static String replacedPolicy(String text) {
        int end = text.indexOf(';');
        var rest = end < 0 ? "" : Texts.without(text.substring(end + 1), "p");
        return "v=DMARC1; p=quarantine" + (rest.isEmpty() ? "" : "; " + rest);
    }

    private void destination(String tag, String text) {
        switch (ReportUri.parse(text)) {
            case ReportUri.Parsed.Bad(var why) ->
                    findings.warning(Topic.DMARC, tag + "= has a place that is none: " + why);
            case ReportUri.Parsed.Ok(var uri) -> destination(tag, uri);
        }
    }

    private void destination(String tag, ReportUri uri) {
        var domain = subject.domain();
        // A domain above that takes mail is of the same organization: nobody takes reports at a
        // public suffix. RFC 9990 §4 would walk the tree.
        var organizational = domain.name().endsWith("." + uri.host().name()) ? uri.host() : domain;
        switch (ReportDestinations.verify(domain, organizational, uri, dns)) {
            case ReportDestinations.Verified.Send _ -> {}
            case ReportDestinations.Verified.NotNow(var why, _) ->
                    findings.unknown(
                            Topic.DMARC, "whether " + uri.host() + " takes the reports", why);
            case ReportDestinations.Verified.Refused(var why, _) ->
                    findings.warning(
                            Topic.DMARC,
                            "reports to %s=%s are not sent: %s. There must be, in the DNS of %s"
                                    .formatted(tag, uri.mailbox(), why, uri.host()),
                            consent(domain, uri.host()));
        }
    }

    /// RFC 9990 §4.
    private static String consent(Domain domain, Domain host) {
        return ZoneLine.txt(domain + "._report._dmarc." + host, "v=DMARC1");
    }
}
