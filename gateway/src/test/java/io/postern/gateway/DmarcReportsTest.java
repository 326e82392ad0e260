package io.postern.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.auth.authres.AuthenticationResults;
import io.postern.auth.dmarc.report.AggregateReport;
import io.postern.auth.dmarc.report.AggregateReport.DkimResult;
import io.postern.auth.dmarc.report.AggregateReport.PublishedPolicy;
import io.postern.auth.dmarc.report.AggregateReport.SpfResult;
import io.postern.auth.dmarc.report.AggregateReportReader;
import io.postern.auth.dmarc.report.AggregateReportWriter;
import io.postern.auth.dmarc.report.Disposition;
import io.postern.auth.dmarc.report.FailureReportReader;
import io.postern.auth.dmarc.report.FailureReportWriter;
import io.postern.auth.dmarc.report.ReportAttachment;
import io.postern.auth.dmarc.report.ReportLimits;
import io.postern.auth.dmarc.report.ReportMail;
import io.postern.gateway.reports.DmarcView;
import io.postern.gateway.reports.Judged;
import io.postern.gateway.reports.ReceivedReports;
import io.postern.gateway.reports.ReceivedReports.Kept;
import io.postern.mail.Content;
import io.postern.mail.Domain;
import io.postern.mail.Envelope;
import io.postern.mail.ReversePath;
import io.postern.testkit.FakeDns;
import io.postern.testkit.TestClock;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// From a judged message to a report at a real next hop, and from a report to sums, on a real
/// store.
@DisplayName("RFC 9990 DMARC reports of the gateway")
@Timeout(60)
class DmarcReportsTest {
    private static final Domain OTHER = Domain.of("sender.example.org");
    private static final String RULES =
            """
            [dmarc_reports]
            organization = "Example & Sons"
            contact = "dmarc@example.com"
            rows = 3
            domains = 2
            """;

    @TempDir Path folder;
    private final TestClock clock = new TestClock(Instant.parse("2026-11-21T12:00:00Z"));
    private final FakeDns dns =
            FakeDns.zone(
                    """
                    sender.example.org._report._dmarc.reports.example.net. 300 IN TXT "v=DMARC1"
                    _dmarc.host.org. 300 IN TXT "v=DMARC1; p=none"
                    """);
    private Sink sink;
    private House house;

    @BeforeEach
    void open() throws Exception {
        sink = new Sink();
        house =
                new House(
                        folder,
                        House.config(sink.port(), RULES)
                                .replace(
                                        "name = \"example.com\"",
                                        "name = \"example.com\"\ndmarc_reports = \"rua@example.com\""),
                        clock,
                        Optional.of(dns));
        house.makeKeys();
    }

    @AfterEach
    void close() {
        house.close();
        sink.close();
    }

    private void count(String client, boolean passes, String... rua) {
        count(OTHER, client, passes, rua);
    }

    private void count(Domain domain, String client, boolean passes, String... rua) {
        house.gateway()
                .dmarc()
                .sent()
                .record(
                        new Judged(
                                clock.instant(),
                                domain,
                                domain,
                                domain,
                                InetAddress.ofLiteral(client),
                                domain.name(),
                                Optional.empty(),
                                List.of(
                                        new DkimResult(
                                                domain.name(),
                                                Optional.of("s"),
                                                passes ? "pass" : "fail",
                                                Optional.of("of this message alone"))),
                                Optional.of(
                                        new SpfResult(
                                                domain.name(),
                                                Optional.of("mfrom"),
                                                "softfail",
                                                Optional.empty())),
                                passes,
                                false,
                                passes ? Disposition.NONE : Disposition.REJECT,
                                List.of(),
                                PublishedPolicy.of(domain.name(), "reject"),
                                List.of(rua)));
    }

    /// All chores of a day that ends.
    private void dayEnds() {
        clock.advance(Duration.ofHours(19));
        house.gateway().dmarc().sent().sendDue();
    }

    /// Reports that were given to delivery, ever.
    private int posted() {
        return house.gateway().store().search("DMARC report", 100).size();
    }

    private AggregateReport arrived() throws Exception {
        return read(House.content(sink.next().content()));
    }

    private static AggregateReport read(Content content) throws IOException {
        return assertInstanceOf(
                        AggregateReportReader.Read.Ok.class,
                        ReportAttachment.read(content, ReportLimits.DEFAULT))
                .report();
    }

    @Test
    @DisplayName("§3.1 what was counted over a day is sent after it, signed, once")
    void wholeDay() throws Exception {
        count("192.0.2.1", true, "mailto:rua@sender.example.org");
        count("192.0.2.1", true, "mailto:rua@sender.example.org");
        count("2001:db8::1", false, "mailto:rua@sender.example.org");
        house.gateway().dmarc().sent().sendDue();
        assertEquals(0, posted());

        dayEnds();
        var arrived = sink.next();
        assertEquals(new ReversePath.Null(), arrived.envelope().reversePath());
        assertEquals(
                "[<rua@sender.example.org>]",
                arrived.envelope().recipients().stream()
                        .map(one -> one.path().toString())
                        .toList()
                        .toString());
        var content = House.content(arrived.content());
        // RFC 9990 §3.5.2: it must pass DMARC itself.
        assertTrue(content.header().has("DKIM-Signature"));
        assertEquals(
                " dmarc@example.com\r\n", content.header().first("From").orElseThrow().rawBody());
        assertTrue(
                content.header()
                        .first("Subject")
                        .orElseThrow()
                        .rawBody()
                        .startsWith(
                                " Report Domain: sender.example.org\r\n Submitter: gw.example.com\r\n Report-ID: <20261121."));
        var report = read(content);
        assertEquals("Example & Sons", report.metadata().organization());
        assertEquals(Instant.parse("2026-11-21T00:00:00Z"), report.metadata().begin());
        assertEquals(Instant.parse("2026-11-21T23:59:59Z"), report.metadata().end());
        assertEquals(PublishedPolicy.of("sender.example.org", "reject"), report.policy());
        assertEquals(2, report.rows().size());
        var passing = report.rows().getFirst();
        assertEquals(2, passing.count());
        // §3.1.1.9: under an enforcing policy, what passes is "pass".
        assertEquals(Disposition.PASS, passing.evaluated().disposition());
        assertEquals(Disposition.REJECT, report.rows().getLast().evaluated().disposition());
        assertEquals("2001:db8:0:0:0:0:0:1", report.rows().getLast().source().getHostAddress());

        house.gateway().dmarc().sent().sendDue();
        clock.advance(Duration.ofDays(1));
        house.gateway().dmarc().sent().sendDue();
        assertEquals(1, posted());
        assertEquals(0, house.gateway().dmarc().sent().waiting());
    }

    @Test
    @DisplayName(
            "§3.1 a restart in the middle of the day loses nothing, one after it sends nothing twice")
    void restarts() throws Exception {
        count("192.0.2.1", true, "mailto:rua@sender.example.org");
        house.restart();
        count("192.0.2.1", true, "mailto:rua@sender.example.org");
        house.restart();
        dayEnds();
        var report = arrived();
        assertEquals(1, report.rows().size());
        assertEquals(2, report.messages());
        house.restart();
        house.gateway().dmarc().sent().sendDue();
        assertEquals(1, posted());
        assertEquals(0, house.gateway().dmarc().sent().waiting());
    }

    @Test
    @DisplayName("§3.5 the mark of what was sent outlives what was counted")
    void mark() throws Exception {
        count("192.0.2.1", true, "mailto:rua@sender.example.org");
        house.restart(); // writes it down
        var heads = house.gateway().store().states("dmarc-day", "", 10);
        var rows = house.gateway().store().states("dmarc-row", "", 10);
        assertEquals(1, heads.size());
        dayEnds();
        assertEquals(1, arrived().rows().size());
        // As if it had died between handing it over and forgetting.
        house.gateway().store().putStates("dmarc-day", heads).join();
        house.gateway().store().putStates("dmarc-row", rows).join();
        house.restart();
        assertEquals(1, house.gateway().dmarc().sent().waiting());
        house.gateway().dmarc().sent().sendDue();
        assertEquals(0, house.gateway().dmarc().sent().waiting());
        assertEquals(1, posted());
    }

    @Test
    @DisplayName(
            "§4 another organization is asked first; a failing DNS puts off, and no one else waits")
    void destinations() throws Exception {
        var name = "sender.example.org._report._dmarc.reports.example.net";
        dns.fail(name);
        count(
                "192.0.2.1",
                true,
                "mailto:a@reports.example.net",
                "mailto:b@never.example.net",
                "mailto:c@sender.example.org");
        dayEnds();
        assertEquals(
                "<c@sender.example.org>",
                sink.next().envelope().recipients().getFirst().path().toString());
        house.gateway().dmarc().sent().sendDue();
        assertEquals(1, posted());
        assertEquals(1, house.gateway().dmarc().sent().waiting());
        dns.recover(name);
        clock.advance(Duration.ofMinutes(31));
        house.gateway().dmarc().sent().sendDue();
        assertEquals(
                "<a@reports.example.net>",
                sink.next().envelope().recipients().getFirst().path().toString());
        assertEquals(2, posted());
        assertEquals(0, house.gateway().dmarc().sent().waiting());
    }

    @Test
    @DisplayName("§4 a sub-domain's organization is not asked whether it takes its own reports")
    void organization() throws Exception {
        dns.fail("_dmarc.host.org");
        count(Domain.of("mail.host.org"), "192.0.2.1", true, "mailto:a@host.org");
        dayEnds();
        assertEquals(0, posted());
        dns.recover("_dmarc.host.org");
        clock.advance(Duration.ofMinutes(31));
        house.gateway().dmarc().sent().sendDue();
        assertEquals(
                "<a@host.org>", sink.next().envelope().recipients().getFirst().path().toString());
    }

    @Test
    @DisplayName("RFC 7489 §6.2 a place that takes less than the report is passed over")
    void sizes() throws Exception {
        count(
                "192.0.2.1",
                true,
                "mailto:small@sender.example.org!100",
                "mailto:big@sender.example.org!1m");
        dayEnds();
        assertEquals(
                "<big@sender.example.org>",
                sink.next().envelope().recipients().getFirst().path().toString());
        assertEquals(1, posted());
    }

    @Test
    @DisplayName("§3.1.5 what has no room is a number in the report")
    void bounds() throws Exception {
        for (int i = 1; i <= 5; i++) {
            count("192.0.2." + i, true, "mailto:rua@sender.example.org");
        }
        count("192.0.2.1", true, "mailto:rua@sender.example.org");
        count(Domain.of("second.example.org"), "192.0.2.1", true, "mailto:rua@second.example.org");
        count(Domain.of("third.example.org"), "192.0.2.1", true, "mailto:rua@third.example.org");
        count(Domain.of("silent.example.org"), "192.0.2.1", true);
        assertEquals(2, house.gateway().dmarc().sent().waiting());
        house.restart();
        dayEnds();
        var one = arrived();
        var other = arrived();
        var first = one.policy().domain().equals("sender.example.org") ? one : other;
        assertEquals(3, first.rows().size());
        assertEquals(4, first.messages());
        assertEquals(
                List.of("2 messages more had no room in this report"), first.metadata().errors());
    }

    @Test
    @DisplayName("§3.5.2 a report that can't be signed waits for the key")
    void unsigned() throws Exception {
        house.close();
        house =
                new House(
                        folder.resolve("keyless"),
                        House.config(sink.port(), RULES),
                        clock,
                        Optional.of(dns));
        count("192.0.2.1", true, "mailto:rua@sender.example.org");
        dayEnds();
        assertEquals(1, house.gateway().dmarc().sent().waiting());
        house.makeKeys();
        clock.advance(Duration.ofMinutes(31));
        house.gateway().dmarc().sent().sendDue();
        assertEquals(1, arrived().rows().size());
    }

    @Test
    @DisplayName("§3.5.4 a received report is kept once, and sums say who sends as us")
    void received() throws Exception {
        var report =
                new AggregateReport(
                        new AggregateReport.Metadata(
                                "R",
                                "r@r.example",
                                Optional.empty(),
                                "1",
                                clock.instant().minusSeconds(86400),
                                clock.instant(),
                                List.of(),
                                Optional.empty()),
                        PublishedPolicy.of("example.com", "none"),
                        List.of(
                                row("192.0.2.1", 5, true),
                                row("192.0.2.1", 2, false),
                                row("192.0.2.2", 1, false)));
        var content = mail(report);
        var intake = house.gateway().dmarc().intake();
        var envelope =
                Envelope.from(new ReversePath.Null()).with(House.recipient("RUA@example.com"));
        intake.received(
                Envelope.from(new ReversePath.Null()).with(House.recipient("info@example.com")),
                content,
                "0");
        assertEquals(0, view().reports());
        intake.received(envelope, content, "1");
        intake.received(envelope, content, "2");
        intake.received(envelope, House.content("From: a@b.example\n\nno report\n"), "3");
        var view = view();
        assertEquals(1, view.reports());
        assertEquals(
                List.of(new DmarcView.OfDomain("example.com", "p=none", 8, 5, 3, 0, 0)),
                view.domains());
        assertEquals(
                List.of("192.0.2.1 7 5 2", "192.0.2.2 1 0 1"),
                view.sources().stream()
                        .map(one ->
                                one.source()
                                        + " "
                                        + one.messages()
                                        + " "
                                        + one.passing()
                                        + " "
                                        + one.refusedByReject())
                        .toList());
        house.restart();
        assertEquals(1, view().reports());
        assertEquals(
                0,
                DmarcView.of(
                                house.gateway().dmarc().received(),
                                Optional.of(Domain.of("other.example")),
                                Instant.EPOCH,
                                10)
                        .reports());
        assertEquals(
                0,
                DmarcView.of(
                                house.gateway().dmarc().received(),
                                Optional.empty(),
                                clock.instant(),
                                10)
                        .reports());
        clock.advance(Duration.ofDays(401));
        house.gateway().counting().expire();
        assertEquals(0, view().reports());
    }

    @Test
    @DisplayName("§8.2 a report about domains of others is not kept, nor one beyond the room")
    void notKept() throws Exception {
        var envelope =
                Envelope.from(new ReversePath.Null()).with(House.recipient("rua@example.com"));
        var meta =
                new AggregateReport.Metadata(
                        "R",
                        "r@r.example",
                        Optional.empty(),
                        "1",
                        clock.instant(),
                        clock.instant(),
                        List.of(),
                        Optional.empty());
        var foreign =
                new AggregateReport(
                        meta,
                        PublishedPolicy.of("victim.example", "none"),
                        List.of(row("192.0.2.1", 5, true)));
        house.gateway().dmarc().intake().received(envelope, mail(foreign), "1");
        assertEquals(0, view().reports());
        var nowhere =
                new AggregateReport(
                        meta,
                        PublishedPolicy.of("not a domain", "none"),
                        List.of(row("192.0.2.1", 5, true)));
        assertInstanceOf(
                Kept.Refused.class,
                house.gateway().dmarc().received().keep(nowhere, Optional.of(OTHER)));
        var small = new ReceivedReports(house.gateway().store(), Duration.ofDays(1), 100, clock);
        assertInstanceOf(Kept.Refused.class, small.keep(foreign, Optional.of(OTHER)));
    }

    @Test
    @DisplayName("§8.2 one reporter can't take the room of the others, by whatever sub-domains")
    void share() {
        var room = 16 * 64 * 1024;
        var received =
                new ReceivedReports(house.gateway().store(), Duration.ofDays(9), room, clock);
        var kept = 0;
        while (keep(received, kept, "r" + kept + ".evil.example") instanceof Kept.New) {
            kept++;
            assertTrue(kept < 1_000, "a sixteenth is some hundred rows, not all of the room");
        }
        assertTrue(kept > 20, "kept " + kept);
        assertInstanceOf(Kept.Refused.class, keep(received, kept, "evil.example"));
        assertInstanceOf(Kept.New.class, keep(received, kept, "honest.example"));
        assertInstanceOf(Kept.New.class, keep(received, kept + 9, ""), "an operator brings it");
        assertInstanceOf(Kept.New.class, keep(received, kept + 1, "a.firm.co.uk"));
        var again = new ReceivedReports(house.gateway().store(), Duration.ofDays(9), room, clock);
        assertInstanceOf(Kept.Refused.class, keep(again, kept + 2, "x.evil.example"));
        assertInstanceOf(Kept.New.class, keep(again, kept + 2, "other.co.uk"));
    }

    /// One of many rows that differ.
    private Kept keep(ReceivedReports received, int number, String reporter) {
        var metadata =
                new AggregateReport.Metadata(
                        "R",
                        "r@r.example",
                        Optional.empty(),
                        "report " + number,
                        clock.instant(),
                        clock.instant(),
                        List.of(),
                        Optional.empty());
        var random = new Random(number);
        var rows =
                IntStream.range(0, 100)
                        .mapToObj(_ ->
                                row(
                                        "192.0.2." + random.nextInt(256),
                                        random.nextInt(1 << 30) + 1,
                                        true))
                        .toList();
        return received.keep(
                new AggregateReport(metadata, PublishedPolicy.of("example.com", "none"), rows),
                reporter.isEmpty() ? Optional.empty() : Optional.of(Domain.of(reporter)));
    }

    @Test
    @DisplayName(
            "RFC 9991 §2 failure reports leave only when switched on, and one an hour about a client")
    void failures() throws Exception {
        fail("192.0.2.1", "<a@bounce.example>");
        house.close();
        house =
                new House(
                        folder,
                        House.config(sink.port(), RULES + "failure_reports = true\n"),
                        clock,
                        Optional.of(dns));
        fail("192.0.2.1", "<>");
        fail("192.0.2.1", "<a@bounce.example>");
        var arrived = sink.next();
        assertEquals(
                "<ruf@sender.example.org>",
                arrived.envelope().recipients().getFirst().path().toString());
        var content = House.content(arrived.content());
        assertTrue(content.header().has("DKIM-Signature"));
        var report =
                assertInstanceOf(
                                FailureReportReader.Read.Ok.class,
                                FailureReportReader.read(content))
                        .report();
        assertEquals(Optional.of(InetAddress.ofLiteral("192.0.2.1")), report.source());
        assertEquals(Optional.of("an offer"), report.subject());
        fail("192.0.2.1", "<a@bounce.example>");
        fail("192.0.2.2", "<a@bounce.example>");
        assertTrue(sink.next().content().contains("Source-IP: 192.0.2.2"));
        for (int i = 3; i < 40; i++) {
            fail("192.0.2." + i, "<a@bounce.example>");
        }
        for (int i = 3; i <= 20; i++) {
            sink.next();
        }
        clock.advance(Duration.ofMinutes(61));
        fail("192.0.2.1", "<a@bounce.example>");
        assertTrue(sink.next().content().contains("Source-IP: 192.0.2.1\r\n"));
        assertEquals(21, posted());
    }

    private void fail(String client, String from) {
        house.gateway()
                .dmarc()
                .failures()
                .failed(
                        new FailureReportWriter.Failed(
                                OTHER,
                                clock.instant(),
                                InetAddress.ofLiteral(client),
                                from.equals("<>")
                                        ? new ReversePath.Null()
                                        : new ReversePath.Of(
                                                House.mailbox(
                                                        from.substring(1, from.length() - 1))),
                                new AuthenticationResults("gw.example.com", List.of()),
                                List.of("dkim", "spf"),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.of("reject")),
                        OTHER,
                        OTHER,
                        House.content("Subject: an offer\nTo: secret@example.com\n\n").header(),
                        List.of("mailto:ruf@sender.example.org", "mailto:x@unasked.example.net"));
    }

    private DmarcView view() {
        return DmarcView.of(
                house.gateway().dmarc().received(), Optional.empty(), Instant.EPOCH, 10);
    }

    private Content mail(AggregateReport report) {
        return ReportMail.aggregate(
                new ReportMail.Letter(
                        House.mailbox("r@r.example"),
                        Domain.of("r.example"),
                        List.of(House.mailbox("rua@example.com")),
                        clock.instant(),
                        "<1@r.example>"),
                report,
                AggregateReportWriter.gzip(report));
    }

    private static AggregateReport.Row row(String source, long count, boolean passes) {
        return new AggregateReport.Row(
                InetAddress.ofLiteral(source),
                count,
                new AggregateReport.Evaluated(Disposition.NONE, passes, false, List.of()),
                new AggregateReport.Identifiers("example.com", Optional.empty(), Optional.empty()),
                List.of(),
                List.of());
    }
}
