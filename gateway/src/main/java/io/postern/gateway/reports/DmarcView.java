package io.postern.gateway.reports;

import io.postern.auth.dmarc.report.AggregateReport;
import io.postern.auth.dmarc.report.AggregateReport.Row;
import io.postern.auth.dmarc.report.Disposition;
import io.postern.mail.Domain;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/// Who sends as us, by what others reported: sums over reports, for people and programs.
///
/// @param domains by name
/// @param sources the most messages first
public record DmarcView(Instant since, int reports, List<OfDomain> domains, List<Source> sources) {
    /// Names of one kind in a source that are told; the rest is a number.
    private static final int NAMES = 5;

    public DmarcView {
        domains = List.copyOf(domains);
        sources = List.copyOf(sources);
    }

    /// All mail of an author domain.
    ///
    /// @param policy that its mail was judged by, as the latest report has it
    /// @param passing messages that pass DMARC
    /// @param refusedByReject messages that `p=reject` would have refused (and `p=quarantine` put
    ///   aside): all that fail, whatever is published now
    /// @param quarantined messages that a receiver put aside
    /// @param rejected messages that a receiver refused
    public record OfDomain(
            String domain,
            String policy,
            long messages,
            long passing,
            long refusedByReject,
            long quarantined,
            long rejected) {}

    /// Mail of an author domain from one address.
    ///
    /// @param dkimAligned messages whose DKIM passes, aligned; likewise SPF
    /// @param dkim signatures seen, such as `example.com/s1 pass`
    /// @param spf results seen, such as `bounce.example.com pass`
    /// @param reporters organizations that saw it
    public record Source(
            String domain,
            String source,
            long messages,
            long passing,
            long dkimAligned,
            long spfAligned,
            long refusedByReject,
            long quarantined,
            long rejected,
            List<String> dkim,
            List<String> spf,
            List<String> reporters) {
        public Source {
            dkim = List.copyOf(dkim);
            spf = List.copyOf(spf);
            reporters = List.copyOf(reporters);
        }
    }

    private static final class Sum {
        long messages;
        long passing;
        long dkim;
        long spf;
        long quarantined;
        long rejected;
        String policy = "";
        Instant policyAt = Instant.MIN;
        final TreeSet<String> signatures = new TreeSet<>();
        final TreeSet<String> results = new TreeSet<>();
        final TreeSet<String> reporters = new TreeSet<>();

        void add(Row row) {
            messages += row.count();
            passing += row.passes() ? row.count() : 0;
            dkim += row.evaluated().dkimAligned() ? row.count() : 0;
            spf += row.evaluated().spfAligned() ? row.count() : 0;
            var did = row.evaluated().disposition();
            quarantined += did == Disposition.QUARANTINE ? row.count() : 0;
            rejected += did == Disposition.REJECT ? row.count() : 0;
        }
    }

    /// The sums of what is kept.
    ///
    /// @param domain the policy domain, and those below it; all when empty
    /// @param most sources at most
    public static DmarcView of(
            ReceivedReports received, Optional<Domain> domain, Instant since, int most) {
        Map<String, Sum> domains = new LinkedHashMap<>();
        Map<List<String>, Sum> sources = new LinkedHashMap<>();
        var reports = new int[1];
        received.each(
                domain,
                since,
                report -> {
                    reports[0]++;
                    report.rows().forEach(row -> add(report, row, domains, sources));
                });
        var ofDomains = new ArrayList<OfDomain>();
        domains.forEach((name, sum) ->
                ofDomains.add(
                        new OfDomain(
                                name,
                                sum.policy,
                                sum.messages,
                                sum.passing,
                                sum.messages - sum.passing,
                                sum.quarantined,
                                sum.rejected)));
        ofDomains.sort(Comparator.comparing(OfDomain::domain));
        var ofSources = new ArrayList<Source>();
        sources.forEach((key, sum) -> ofSources.add(source(key, sum)));
        ofSources.sort(
                Comparator.comparingLong(Source::messages)
                        .reversed()
                        .thenComparing(Source::domain)
                        .thenComparing(Source::source));
        return new DmarcView(since, reports[0], ofDomains, ofSources.stream().limit(most).toList());
    }

    private static void add(
            AggregateReport report,
            Row row,
            Map<String, Sum> domains,
            Map<List<String>, Sum> sources) {
        var author = row.identifiers().headerFrom();
        var name = author.isEmpty() ? report.policy().domain() : author;
        var ofDomain = domains.computeIfAbsent(name, _ -> new Sum());
        ofDomain.add(row);
        if (!report.metadata().begin().isBefore(ofDomain.policyAt)) {
            ofDomain.policyAt = report.metadata().begin();
            ofDomain.policy = policy(report.policy(), name);
        }
        var sum =
                sources.computeIfAbsent(
                        List.of(name, row.source().getHostAddress()), _ -> new Sum());
        sum.add(row);
        for (var dkim : row.dkim()) {
            sum.signatures.add(
                    dkim.domain()
                            + dkim.selector().map(selector -> "/" + selector).orElse("")
                            + " "
                            + dkim.result());
        }
        row.spf().forEach(spf -> sum.results.add(spf.domain() + " " + spf.result()));
        sum.reporters.add(report.metadata().organization());
    }

    /// The policy for an author domain: `p`, or `sp` below the policy domain (RFC 9989 §4.7).
    private static String policy(AggregateReport.PublishedPolicy policy, String author) {
        var p = policy.p().orElse("none");
        return author.equals(policy.domain())
                ? "p=" + p
                : policy.sp().map(sp -> "sp=" + sp).orElse("p=" + p) + " of " + policy.domain();
    }

    private static Source source(List<String> key, Sum sum) {
        return new Source(
                key.getFirst(),
                key.getLast(),
                sum.messages,
                sum.passing,
                sum.dkim,
                sum.spf,
                sum.messages - sum.passing,
                sum.quarantined,
                sum.rejected,
                some(sum.signatures),
                some(sum.results),
                some(sum.reporters));
    }

    private static List<String> some(TreeSet<String> names) {
        var some = new ArrayList<>(names.stream().limit(NAMES).toList());
        if (names.size() > NAMES) {
            some.add("and " + (names.size() - NAMES) + " more");
        }
        return some;
    }
}
