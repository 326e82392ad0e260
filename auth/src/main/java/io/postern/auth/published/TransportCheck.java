package io.postern.auth.published;

import io.postern.dns.Answer;
import io.postern.dns.MxRecord;
import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;

/// What a domain says of TLS towards it: MTA-STS (RFC 8461) and TLS-RPT (RFC 8460). Advice for a
/// domain that takes mail.
final class TransportCheck {
    /// RFC 8461 §3.1.
    private static final Pattern STS =
            Pattern.compile("v=STSv1;[ \\t]*id=[A-Za-z0-9]{1,32}[ \\t]*(;.*)?", Pattern.DOTALL);

    /// RFC 8460 §3.
    private static final Pattern RPT =
            Pattern.compile(
                    "v=TLSRPTv1;[ \\t]*rua=(mailto:|https:)[^ ;]+.*",
                    Pattern.DOTALL | Pattern.CASE_INSENSITIVE);

    private final Subject subject;
    private final Asking dns;
    private final Findings findings;
    private final Instant now;

    TransportCheck(Subject subject, Asking dns, Findings findings, Instant now) {
        this.subject = subject;
        this.dns = dns;
        this.findings = findings;
        this.now = now;
    }

    void check() {
        boolean takes =
                dns.mx(subject.domain().name()) instanceof Answer.Records<MxRecord>(var mx, _, _)
                        && mx.stream().anyMatch(host -> !host.exchange().isEmpty());
        if (takes || subject.takesMail()) {
            sts();
            reports();
        }
    }

    private void sts() {
        var name = "_mta-sts." + subject.domain();
        switch (dns.txt(name)) {
            case Answer.TemporaryFailure<String>(var why) ->
                    findings.unknown(Topic.MTA_STS, name, why);
            case Answer.NoSuchName<String>(), Answer.NoData<String>() -> noSts();
            case Answer.Records<String>(var texts, _, _) -> {
                var records = texts.stream().filter(text -> text.startsWith("v=STSv1;")).toList();
                if (records.isEmpty()) {
                    noSts();
                } else if (records.size() > 1) {
                    findings.warning(
                            Topic.MTA_STS,
                            "%s has %d records, so there is no policy (RFC 8461 §3.1)"
                                    .formatted(name, records.size()));
                } else if (!STS.matcher(records.getFirst()).matches()) {
                    findings.warning(
                            Topic.MTA_STS,
                            "%s has no id= of 1 to 32 letters and digits: \"%s\""
                                    .formatted(name, Texts.brief(records.getFirst())),
                            Wanted.mtaSts(subject.domain(), now));
                } else {
                    policyHost();
                }
            }
        }
    }

    private void noSts() {
        findings.advice(
                Topic.MTA_STS,
                "there is none: senders that can would insist on TLS; needs a policy file first"
                        + " (RFC 8461)",
                Wanted.mtaSts(subject.domain(), now));
    }

    private void policyHost() {
        var host = "mta-sts." + subject.domain();
        var answers = List.of(dns.a(host), dns.aaaa(host));
        if (answers.stream().anyMatch(answer -> answer instanceof Answer.Records<InetAddress>)) {
            findings.ok(
                    Topic.MTA_STS,
                    "the record is right; https://"
                            + host
                            + "/.well-known/mta-sts.txt was not fetched");
            return;
        }
        for (var answer : answers) {
            if (answer instanceof Answer.TemporaryFailure<InetAddress>(var why)) {
                findings.unknown(Topic.MTA_STS, "addresses of " + host, why);
                return;
            }
        }
        findings.warning(
                Topic.MTA_STS,
                host + " has no address, so nobody can fetch the policy that the record announces");
    }

    private void reports() {
        var name = "_smtp._tls." + subject.domain();
        switch (dns.txt(name)) {
            case Answer.TemporaryFailure<String>(var why) ->
                    findings.unknown(Topic.TLS_RPT, name, why);
            case Answer.NoSuchName<String>(), Answer.NoData<String>() -> noReports();
            case Answer.Records<String>(var texts, _, _) -> {
                var records =
                        texts.stream().filter(text -> text.startsWith("v=TLSRPTv1;")).toList();
                if (records.isEmpty()) {
                    noReports();
                } else if (records.size() > 1) {
                    findings.warning(
                            Topic.TLS_RPT,
                            "%s has %d records, so there are no reports (RFC 8460 §3)"
                                    .formatted(name, records.size()));
                } else if (RPT.matcher(records.getFirst()).matches()) {
                    findings.ok(Topic.TLS_RPT, "reports are asked for");
                } else {
                    findings.warning(
                            Topic.TLS_RPT,
                            "%s has no rua= of mailto: or https: \"%s\""
                                    .formatted(name, Texts.brief(records.getFirst())),
                            Wanted.tlsRpt(subject));
                }
            }
        }
    }

    private void noReports() {
        findings.advice(
                Topic.TLS_RPT,
                "there is no record: others would report when TLS towards the domain fails (RFC 8460)",
                Wanted.tlsRpt(subject));
    }
}
