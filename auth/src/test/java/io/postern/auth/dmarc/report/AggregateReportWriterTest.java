package io.postern.auth.dmarc.report;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.auth.authres.AuthenticationResults;
import io.postern.auth.dmarc.report.AggregateReport.DkimResult;
import io.postern.auth.dmarc.report.AggregateReport.Evaluated;
import io.postern.auth.dmarc.report.AggregateReport.Identifiers;
import io.postern.auth.dmarc.report.AggregateReport.Metadata;
import io.postern.auth.dmarc.report.AggregateReport.PublishedPolicy;
import io.postern.auth.dmarc.report.AggregateReport.Reason;
import io.postern.auth.dmarc.report.AggregateReport.Row;
import io.postern.auth.dmarc.report.AggregateReport.SpfResult;
import io.postern.auth.dmarc.report.AggregateReportReader.Read;
import io.postern.mail.Domain;
import io.postern.mail.Mailbox;
import io.postern.mail.ReversePath;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("RFC 9990 §3.1.1, §3.5 aggregate reports, written")
class AggregateReportWriterTest {
    private static final Domain HERE = Domain.of("mail.receiver.example");
    private static final ReportMail.Letter LETTER =
            new ReportMail.Letter(
                    new Mailbox("dmarc", Domain.of("receiver.example")),
                    HERE,
                    List.of(new Mailbox("rua", Domain.of("example.com"))),
                    Instant.parse("2026-11-22T01:00:00Z"),
                    "<abc.def@mail.receiver.example>");

    private static AggregateReport report(String organization) {
        return new AggregateReport(
                new Metadata(
                        organization,
                        "dmarc@receiver.example",
                        Optional.of("https://receiver.example/dmarc"),
                        "20261121.3f@mail.receiver.example",
                        Instant.parse("2026-11-21T00:00:00Z"),
                        Instant.parse("2026-11-21T23:59:59Z"),
                        List.of("two records"),
                        Optional.of("Postern 1.0")),
                new PublishedPolicy(
                        "example.com",
                        Optional.of("reject"),
                        Optional.of("none"),
                        Optional.of("reject"),
                        Optional.of("r"),
                        Optional.of("s"),
                        Optional.empty(),
                        Optional.of("1"),
                        Optional.of("n"),
                        Optional.of("treewalk")),
                List.of(
                        new Row(
                                InetAddress.ofLiteral("192.0.2.1"),
                                7,
                                new Evaluated(Disposition.PASS, true, false, List.of()),
                                new Identifiers(
                                        "example.com",
                                        Optional.of("bounce.example"),
                                        Optional.of("receiver.example")),
                                List.of(
                                        new DkimResult(
                                                "example.com",
                                                Optional.of("s1"),
                                                "pass",
                                                Optional.empty())),
                                List.of(
                                        new SpfResult(
                                                "bounce.example",
                                                Optional.of("mfrom"),
                                                "softfail",
                                                Optional.empty()))),
                        new Row(
                                InetAddress.ofLiteral("2001:db8::1"),
                                1,
                                new Evaluated(
                                        Disposition.NONE,
                                        false,
                                        false,
                                        List.of(
                                                new Reason(
                                                        "local_policy",
                                                        Optional.of("a <list> & more")))),
                                new Identifiers("example.com", Optional.of(""), Optional.empty()),
                                List.of(),
                                List.of())));
    }

    @Test
    @DisplayName("RFC 9990 appendix A what is written reads the same, without a remark")
    void roundTrip() {
        var report = report("Receiver & Söhne <x>");
        var ok =
                assertInstanceOf(
                        Read.Ok.class,
                        AggregateReportReader.read(
                                AggregateReportWriter.gzip(report), ReportLimits.DEFAULT));
        assertEquals(report, ok.report());
        assertEquals(List.of(), ok.remarks());
    }

    @Test
    @DisplayName("RFC 9990 §3.1.1.1, §3.1.1.2 namespace, version and the order of elements")
    void form() {
        var xml = new String(AggregateReportWriter.xml(report("R")), UTF_8);
        assertTrue(
                xml.startsWith(
                        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feedback xmlns=\"urn:ietf:params:xml:ns:dmarc-2.0\">\n  <version>1.0</version>\n  <report_metadata>\n    <org_name>R</org_name>\n"),
                xml);
        int at = 0;
        for (var element :
                List.of(
                        "<report_metadata>",
                        "<extra_contact_info>",
                        "<report_id>",
                        "<date_range>",
                        "<error>",
                        "<generator>",
                        "<policy_published>",
                        "<record>",
                        "<row>",
                        "<source_ip>",
                        "<count>7<",
                        "<disposition>pass<",
                        "<dkim>pass<",
                        "<spf>fail<",
                        "<identifiers>",
                        "<auth_results>",
                        "<dkim>\n",
                        "<spf>\n",
                        "</feedback>")) {
            int next = xml.indexOf(element, at);
            assertTrue(next >= at, () -> element + " is missing or out of order");
            at = next;
        }
    }

    @Test
    @DisplayName("RFC 9990 §3.1.4 the same report gives the same octets")
    void deterministic() {
        assertArrayEquals(
                AggregateReportWriter.gzip(report("R")), AggregateReportWriter.gzip(report("R")));
    }

    @Test
    @DisplayName("XML 1.0 §2.2 no value of a stranger's makes it no XML")
    void hostile() {
        var report = report("\u0000\u0007]]>&#0;\uFFFE\uD800<!--");
        var ok =
                assertInstanceOf(
                        Read.Ok.class,
                        AggregateReportReader.read(
                                AggregateReportWriter.xml(report), ReportLimits.DEFAULT));
        assertEquals("\uFFFD\uFFFD]]>&#0;\uFFFD\uFFFD<!--", ok.report().metadata().organization());
    }

    @Test
    @DisplayName("RFC 9990 §3.5.2 file name and subject have the form of the ABNF")
    void names() {
        assertEquals(
                "mail.receiver.example!example.com!1013662812!1013749130.xml.gz",
                AggregateReportWriter.fileName(
                        HERE,
                        "example.com",
                        Instant.ofEpochSecond(1013662812),
                        Instant.ofEpochSecond(1013749130),
                        ""));
        assertEquals(
                "mail.receiver.example!example.com!1!2!3fA.xml.gz",
                AggregateReportWriter.fileName(
                        HERE,
                        "example.com",
                        Instant.ofEpochSecond(1),
                        Instant.ofEpochSecond(2),
                        "3f-.A"));
        assertEquals(
                "Report Domain: example.com Submitter: mail.receiver.example Report-ID: <1@a.example>",
                AggregateReportWriter.subject("example.com", HERE, "1@a.example"));
    }

    @Test
    @DisplayName("RFC 9990 §3.5.2 the mail carries the report as application/gzip")
    void mail() throws IOException {
        var report = report("R");
        var content = ReportMail.aggregate(LETTER, report, AggregateReportWriter.gzip(report));
        var ok =
                assertInstanceOf(
                        Read.Ok.class, ReportAttachment.read(content, ReportLimits.DEFAULT));
        assertEquals(report, ok.report());
        assertEquals(
                " Report Domain: example.com\r\n Submitter: mail.receiver.example\r\n Report-ID: <20261121.3f@mail.receiver.example>\r\n",
                content.header().first("Subject").orElseThrow().rawBody());
        assertTrue(content.facts().longestLine() < 200, () -> "" + content.facts());
        assertTrue(!content.facts().eightBitBody() && !content.facts().bareCrOrLf());
        var body = new String(content.openBody().readAllBytes(), UTF_8);
        assertTrue(
                body.contains(
                        "filename=\"mail.receiver.example!example.com!1795219200!1795305599!202611213f.xml.gz\""),
                body);
    }

    @Test
    @DisplayName("RFC 9990 §3.5 the size that a limit is about is that of the attachment")
    void size() {
        for (int octets : new int[] {0, 1, 56, 57, 58, 1000, 12345}) {
            int real = Base64.getMimeEncoder().encodeToString(new byte[octets]).length();
            long said = ReportMail.encodedSize(octets);
            assertTrue(said >= real && said <= real + 2, () -> octets + ": " + real + " " + said);
        }
    }

    @Test
    @DisplayName("RFC 9991 §4, RFC 6591 §3 a failure report has its fields and no recipient")
    void failure() throws IOException {
        var original =
                Mails.of(
                                "Received: by inside.example for <secret@receiver.example>\nFrom: a@example.com\nTo: secret@receiver.example\nSubject: hi\n\nbody words\n")
                        .header();
        var content =
                FailureReportWriter.compose(
                        LETTER,
                        new FailureReportWriter.Failed(
                                Domain.of("example.com"),
                                Instant.parse("2026-11-22T00:59:00Z"),
                                InetAddress.ofLiteral("192.0.2.9"),
                                new ReversePath.Of(new Mailbox("b", Domain.of("bounce.example"))),
                                new AuthenticationResults(
                                        "receiver.example",
                                        List.of(
                                                new AuthenticationResults.MethodResult(
                                                        "dmarc",
                                                        "fail",
                                                        Optional.empty(),
                                                        Optional.empty(),
                                                        List.of()))),
                                List.of("dkim", "spf"),
                                Optional.of("example.com"),
                                Optional.of("s1"),
                                Optional.of("txt : example.com : \"v=spf1 -all\""),
                                Optional.of("reject")),
                        original,
                        "Postern/1.0");
        var read =
                assertInstanceOf(
                                FailureReportReader.Read.Ok.class,
                                FailureReportReader.read(content))
                        .report();
        assertEquals("auth-failure", read.feedbackType());
        assertEquals(List.of("dmarc"), read.authFailure());
        assertEquals(List.of("dkim", "spf"), read.identityAlignment());
        assertEquals(Optional.of(InetAddress.ofLiteral("192.0.2.9")), read.source());
        assertEquals(List.of("example.com"), read.reportedDomains());
        assertEquals(Optional.of("reject"), read.deliveryResult());
        assertEquals(Optional.of("s1"), read.dkimSelector());
        assertEquals(Optional.of("<b@bounce.example>"), read.originalMailFrom());
        assertEquals(Optional.of("hi"), read.subject());
        var body = new String(content.openBody().readAllBytes(), UTF_8);
        assertTrue(!body.contains("secret") && !body.contains("body words"), body);
        assertTrue(!content.facts().eightBitBody() && !content.facts().bareCrOrLf());
    }
}
