package io.postern.gateway.reports;

import io.postern.auth.dmarc.report.AggregateReport;
import io.postern.auth.dmarc.report.AggregateReportReader;
import io.postern.auth.dmarc.report.AggregateReportWriter;
import io.postern.auth.dmarc.report.ReportLimits;
import io.postern.mail.Domain;
import io.postern.store.StateEntry;
import io.postern.store.StateStore;
import io.postern.store.StoreException;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/// Aggregate reports that others sent us, kept packed for a while, in the form of RFC 9990. Safe
/// for many threads.
public final class ReceivedReports {
    static final String KIND = "dmarc-received";

    /// How many octets of a report came from whom: key of the share and key of the report.
    private static final String SHARES = "dmarc-received-from";

    /// The share of the room that one reporter may take: who passes DMARC with a domain of his own
    /// must not crowd out the reports of others.
    private static final int SHARE = 16;

    /// Some hundred rows at least, packed.
    private static final int LEAST_SHARE = 64 * 1024;

    /// Octets of an entry; a larger report is cut over several.
    private static final int PIECE = 60 * 1024;

    /// Pieces of one report: two megabytes packed is a hundred thousand rows.
    private static final int MOST_PIECES = 32;

    /// How often what is there is counted anew: entries expire.
    private static final Duration COUNTED = Duration.ofMinutes(10);

    /// Of public suffixes under a country, such as `co.uk`.
    private static final Set<String> SECOND_LEVEL =
            Set.of("ac", "co", "com", "edu", "go", "gov", "ne", "net", "or", "org");

    private final StateStore store;
    private final Duration keep;
    private final long room;
    private final InstantSource clock;
    private long octets;
    private final Map<String, Long> shares = new HashMap<>();
    private Optional<Instant> counted = Optional.empty();

    /// @param keep how long after it was received
    /// @param room octets in all
    public ReceivedReports(StateStore store, Duration keep, long room, InstantSource clock) {
        this.store = store;
        this.keep = keep;
        this.room = room;
        this.clock = clock;
    }

    /// How keeping ended.
    public sealed interface Kept {
        record New() implements Kept {}

        /// The same report of the same reporter was here. RFC 9990 §3.5.4.
        record Known() implements Kept {}

        record Refused(String why) implements Kept {}
    }

    /// As [#keep(AggregateReport, Domain)], for one that an operator brought: of all the room it
    /// has no share of its own to keep to.
    public Kept keep(AggregateReport report) {
        return keep(report, Optional.empty());
    }

    /// Keeps a report, on stable storage when this returns.
    ///
    /// @param reporter the author domain of the mail that it came in
    /// @throws StoreException when it can't be written now
    /// @throws java.util.concurrent.CompletionException likewise
    public Kept keep(AggregateReport report, Domain reporter) {
        return keep(report, Optional.of(family(reporter)));
    }

    /// @param from the family of the reporter, whose share is kept to
    private synchronized Kept keep(AggregateReport report, Optional<String> from) {
        var domain = Domain.parse(report.policy().domain());
        if (domain.isEmpty()) {
            return new Kept.Refused("it is about \"" + report.policy().domain() + "\", no domain");
        }
        var metadata = report.metadata();
        var key =
                domain.get()
                        + " "
                        + "%012d".formatted(Math.max(0, metadata.begin().getEpochSecond()))
                        + " "
                        + StoredDay.digest(
                                metadata.organization().toLowerCase(Locale.ROOT)
                                        + "\n"
                                        + metadata.reportId()
                                        + "\n"
                                        + metadata.end());
        if (store.state(KIND, key + " 00").isPresent()) {
            return new Kept.Known();
        }
        var packed = AggregateReportWriter.gzip(report);
        if (packed.length > PIECE * MOST_PIECES) {
            return new Kept.Refused("it is larger than " + PIECE * MOST_PIECES + " octets, packed");
        }
        var now = clock.instant();
        count(now);
        if (octets + packed.length > room) {
            return new Kept.Refused("there is no room for more (dmarc_reports.room)");
        }
        if (from.isPresent()
                && shares.getOrDefault(from.get(), 0L) + packed.length
                        > Math.max(room / SHARE, LEAST_SHARE)) {
            return new Kept.Refused(
                    "reports from " + from.get() + " have their share of dmarc_reports.room");
        }
        var entries = new ArrayList<StateEntry>();
        for (int at = 0, n = 0; at < packed.length; at += PIECE, n++) {
            entries.add(
                    new StateEntry(
                            key + " %02d".formatted(n),
                            Arrays.copyOfRange(packed, at, Math.min(packed.length, at + PIECE)),
                            Optional.of(now.plus(keep))));
        }
        from.ifPresent(family ->
                store.putState(
                                SHARES,
                                StateEntry.ofText(
                                        family + " " + key,
                                        "" + packed.length,
                                        Optional.of(now.plus(keep))))
                        .join());
        store.putStates(KIND, entries).join();
        octets += packed.length;
        from.ifPresent(family -> shares.merge(family, (long) packed.length, Long::sum));
        return new Kept.New();
    }

    /// All domains that one owner could make up. There is no list of public suffixes here; under
    /// one that is not among the usual ones, owners share.
    private static String family(Domain reporter) {
        var name = reporter.name();
        int top = name.lastIndexOf('.');
        int second = name.lastIndexOf('.', top - 1);
        boolean isSuffix =
                name.length() - top == 3
                        && SECOND_LEVEL.contains(name.substring(second + 1, Math.max(top, 0)));
        int from = isSuffix ? name.lastIndexOf('.', second - 1) : second;
        return name.substring(from + 1);
    }

    private void count(Instant now) {
        if (counted.isPresent() && now.isBefore(counted.get().plus(COUNTED))) {
            return;
        }
        octets = 0;
        store.eachState(KIND, entry -> octets += entry.value().length);
        shares.clear();
        store.eachState(
                SHARES,
                entry ->
                        shares.merge(
                                entry.key().substring(0, entry.key().indexOf(' ')),
                                Long.parseLong(entry.text()),
                                Long::sum));
        counted = Optional.of(now);
    }

    /// Shows each report that is kept, by domain and time.
    ///
    /// @param domain only those about it, or about a domain below it
    /// @param since only those whose period begins then or later
    public void each(Optional<Domain> domain, Instant since, Consumer<AggregateReport> consumer) {
        var joined = new ByteArrayOutputStream();
        var of = new String[] {""};
        store.eachState(
                KIND,
                entry -> {
                    int space = entry.key().lastIndexOf(' ');
                    var report = entry.key().substring(0, Math.max(0, space));
                    if (!report.equals(of[0])) {
                        show(joined, consumer);
                        of[0] = report;
                    }
                    if (wanted(report, domain, since)) {
                        joined.writeBytes(entry.value());
                    }
                });
        show(joined, consumer);
    }

    private static boolean wanted(String key, Optional<Domain> domain, Instant since) {
        int first = key.indexOf(' ');
        int second = key.indexOf(' ', first + 1);
        if (first < 0 || second < 0) {
            return false;
        }
        var about = key.substring(0, first);
        if (domain.isPresent()
                && !about.equals(domain.get().name())
                && !about.endsWith("." + domain.get().name())) {
            return false;
        }
        try {
            return Long.parseLong(key.substring(first + 1, second)) >= since.getEpochSecond();
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private static void show(ByteArrayOutputStream joined, Consumer<AggregateReport> consumer) {
        if (joined.size() == 0) {
            return;
        }
        if (AggregateReportReader.read(joined.toByteArray(), OURS)
                instanceof AggregateReportReader.Read.Ok(var report, _)) {
            consumer.accept(report);
        }
        joined.reset();
    }

    /// What we packed ourselves may unpack to more than its compressed size suggests.
    private static final ReportLimits OURS =
            new ReportLimits(PIECE * MOST_PIECES, 256 << 20, 2000, 1, 1_000_000, 2_000);
}
