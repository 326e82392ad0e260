package io.postern.gateway.reports;

import io.postern.auth.dmarc.report.AggregateReport;
import io.postern.auth.dmarc.report.AggregateReport.DkimResult;
import io.postern.auth.dmarc.report.AggregateReport.Evaluated;
import io.postern.auth.dmarc.report.AggregateReport.Identifiers;
import io.postern.auth.dmarc.report.AggregateReport.PublishedPolicy;
import io.postern.auth.dmarc.report.AggregateReport.Row;
import io.postern.auth.dmarc.report.AggregateReport.SpfResult;
import io.postern.auth.dmarc.report.Disposition;
import io.postern.mail.Domain;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What was counted for one policy domain on one day. Not safe for many threads: [DmarcReports]
/// guards it.
final class DomainDay {
    /// Which: the day is UTC's (RFC 9990 §3.1.1.4).
    record Key(LocalDate day, Domain domain) {
        Instant begin() {
            return day.atStartOfDay(ZoneOffset.UTC).toInstant();
        }

        /// The first instant that is not of the day.
        Instant end() {
            return day.plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant();
        }

        @Override
        public String toString() {
            return day + " " + domain;
        }
    }

    /// Signatures of one row: RFC 9990 §3.1.3 wants at most 100; ten tell a sender apart, and a
    /// message with more is an attack.
    private static final int MOST_SIGNATURES = 10;

    private static final int MOST_TEXT = 253;

    /// What is said once for all rows.
    ///
    /// @param policy the last one seen (RFC 9990 §3.3)
    /// @param unreported messages that did not fit
    record Head(Domain organizational, PublishedPolicy policy, List<String> rua, long unreported) {
        Head {
            rua = List.copyOf(rua);
        }
    }

    final Key key;

    /// Counts by row; the rows themselves have the count 1.
    final Map<Row, Long> rows = new LinkedHashMap<>();

    /// Rows that were not written down since they changed.
    final Set<Row> dirty = new HashSet<>();

    Head head;
    boolean headDirty;

    /// Not to be sent before, because something was not to be had for now.
    Instant nextTry = Instant.MIN;

    DomainDay(Key key, Head head) {
        this.key = key;
        this.head = head;
    }

    static Head head(Judged judged, long unreported) {
        return new Head(judged.organizational(), judged.policy(), judged.rua(), unreported);
    }

    /// Counts one more. Returns whether it has a row.
    ///
    /// @param room rows that may still be added
    boolean count(Judged judged, int room) {
        var row = row(judged);
        boolean fits = rows.containsKey(row) || room > 0;
        var now = head(judged, head.unreported() + (fits ? 0 : 1));
        headDirty |= !now.equals(head);
        head = now;
        if (fits) {
            rows.merge(row, 1L, Long::sum);
            dirty.add(row);
        }
        return fits;
    }

    static Row row(Judged judged) {
        boolean passes = judged.dkimAligned() || judged.spfAligned();
        boolean enforcing = judged.policy().p().filter(p -> !p.equals("none")).isPresent();
        var disposition =
                passes && enforcing && judged.disposition() == Disposition.NONE
                        ? Disposition.PASS
                        : judged.disposition();
        return new Row(
                judged.client(),
                1,
                new Evaluated(
                        disposition,
                        judged.dkimAligned(),
                        judged.spfAligned(),
                        judged.reasons().stream()
                                .limit(5)
                                .map(reason ->
                                        new AggregateReport.Reason(
                                                cut(reason.type()),
                                                reason.comment().map(DomainDay::cut)))
                                .toList()),
                new Identifiers(
                        judged.author().name(),
                        Optional.of(cut(judged.envelopeFrom())),
                        judged.envelopeTo().map(Domain::name)),
                signatures(judged),
                judged.spf().map(DomainDay::cut).stream().toList());
    }

    /// RFC 9990 §3.1.3: those that pass first, and of these those of the author domain.
    private static List<DkimResult> signatures(Judged judged) {
        var sorted = new ArrayList<>(judged.dkim());
        sorted.sort(
                Comparator.comparingInt((DkimResult one) -> rank(one, judged.author().name()))
                        .thenComparing(DkimResult::domain)
                        .thenComparing(one -> one.selector().orElse("")));
        return sorted.stream()
                .limit(MOST_SIGNATURES)
                .map(one ->
                        new DkimResult(
                                cut(one.domain()),
                                one.selector().map(DomainDay::cut),
                                cut(one.result()),
                                // Words about one message would make a row of each.
                                Optional.empty()))
                .toList();
    }

    private static int rank(DkimResult one, String author) {
        if (!one.result().equals("pass")) {
            return 3;
        }
        return one.domain().equals(author) ? 0 : author.endsWith("." + one.domain()) ? 1 : 2;
    }

    private static SpfResult cut(SpfResult spf) {
        return new SpfResult(cut(spf.domain()), spf.scope(), cut(spf.result()), Optional.empty());
    }

    private static String cut(String text) {
        return text.length() <= MOST_TEXT ? text : text.substring(0, MOST_TEXT);
    }

    /// The rows with their counts, the most frequent first.
    List<Row> counted() {
        var all = new ArrayList<Row>();
        rows.forEach((row, count) -> all.add(withCount(row, count)));
        all.sort(Comparator.comparingLong(Row::count).reversed());
        return all;
    }

    static Row withCount(Row row, long count) {
        return new Row(
                row.source(), count, row.evaluated(), row.identifiers(), row.dkim(), row.spf());
    }
}
