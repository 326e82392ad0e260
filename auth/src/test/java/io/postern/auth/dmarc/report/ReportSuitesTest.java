package io.postern.auth.dmarc.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.postern.testkit.Corpora;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Reports that were really sent, and some broken on purpose, each with what must come of it.
@DisplayName("RFC 9990 §3.1, RFC 9991: reports of others")
class ReportSuitesTest {
    /// @param want who reported about which domain, rows and messages; or the beginning of why not
    /// @param why what is special about the file
    record Case(String file, String want, String why) {}

    private static final List<Case> AGGREGATE =
            List.of(
                    new Case(
                            "!example.com!1538204542!1538463818.xml",
                            " example.com 1/1 [no org_name]",
                            "empty org_name"),
                    new Case(
                            "!large-example.com!1711897200!1711983600.xml",
                            " example.com 2286/2286 [no org_name]",
                            "909 kB"),
                    new Case(
                            "Report domain- borschow.com Submitter- google.com Report-ID- 949348866075514174.eml",
                            "google.com borschow.com 1/1",
                            "mail rewritten on the way, zip inside"),
                    new Case(
                            "addisonfoods.com!example.com!1536105600!1536191999.xml",
                            "addisonfoods.com example.com 1/1",
                            "no SPF result"),
                    new Case(
                            "empty_reason.xml",
                            "example.org example.com 1/2",
                            "empty reason, which says nothing"),
                    new Case(
                            "estadocuenta1.infonacot.gob.mx!example.com!1536853302!1536939702!2940.xml.zip",
                            "XYZ Corporation example.com 1/1",
                            "zip"),
                    new Case(
                            "example.net!example.com!1529366400!1529452799.xml",
                            "example.net example.com 1/1",
                            "text between elements, empty auth_results"),
                    new Case(
                            "fastmail.com!example.com!1516060800!1516147199!102675056.xml.gz",
                            "FastMail Pty Ltd indemed.com 1/1",
                            "gzip"),
                    new Case(
                            "ikea.com!example.de!1538690400!1538776800.xml",
                            "ikea.com example.de 1/1 [element schema around the report]",
                            "wrapped in a schema element that never ends"),
                    new Case(
                            "invalid_utf_8.xml",
                            " example.com 1/1 [octets that are not UTF-8, read as U+FFFD, no org_name]",
                            "an octet that is no UTF-8"),
                    new Case(
                            "invalid_xml.xml",
                            "veeam.com example.com 1/1 [not XML as it came: stray < or & or controls taken as text]",
                            "bare < in values"),
                    new Case(
                            "mimecast-weird-gzip.eml",
                            "Mimecast ab.id.au 1/1",
                            "a mail that is nothing but gzip, and odd gzip"),
                    new Case(
                            "old_draft_from_wiki.xml",
                            "acme.com example.com 1/2",
                            "a draft of before RFC 7489, comment before the root"),
                    new Case(
                            "protection.outlook.com!example.com!1711756800!1711843200.xml",
                            "Outlook.com example.com 1/1",
                            "namespaces declared and not used"),
                    new Case(
                            "rfc9990-example.net!example.com!1700000000!1700086399.xml",
                            "example.net example.com 2/7",
                            "RFC 9990's tags without its namespace"),
                    new Case(
                            "rfc9990-sample.xml",
                            "Sample Reporter example.com 1/123",
                            "RFC 9990 appendix B"),
                    new Case(
                            "twilight.eml",
                            "google.com twlnet.com 1/1",
                            "attachment before the text, LF line ends"),
                    new Case(
                            "usssa.com!example.com!1538784000!1538870399.xml",
                            "usssa.com example.com 2/2",
                            "empty envelope_from"),
                    new Case(
                            "veeam.com!example.com!1530133200!1530219600.xml",
                            "veeam.com example.com 1/1",
                            "empty SPF domain"));

    private static final List<Case> OTHERS =
            List.of(
                    new Case(
                            "aggregate_invalid/report_with_upper_cased_pass.xml",
                            "example.com example.com 1/1",
                            "Pass and None: the schema says lower case, there is no doubt what is meant"),
                    new Case("empty.xml", "bad: empty", "no octet"),
                    new Case(
                            "extract_report/nice-input.xml",
                            "google.com example.com 20/3047",
                            "the same four times"),
                    new Case(
                            "extract_report/nice-input.xml.gz",
                            "google.com example.com 20/3047",
                            "gzip"),
                    new Case(
                            "extract_report/nice-input.xml.zip",
                            "google.com example.com 20/3047",
                            "zip"),
                    new Case(
                            "extract_report/changed-input.xml",
                            "fred.com example.com 20/3047",
                            "another org_name"));

    private static final List<Case> PROVIDERS =
            List.of(
                    new Case("google.eml", "google.com ueber.net 2/5", "the whole mail is a zip"),
                    new Case("mailru.eml", "Mail.Ru ueber.net 1/1", "gzip"),
                    new Case(
                            "outlook.eml",
                            "Outlook.com ueber.net 1/2",
                            "multipart in multipart in multipart"),
                    new Case("xs4all.eml", "xs4all.nl ueber.net 1/1", "gzip"),
                    new Case("yahoo.eml", "Yahoo! Inc. ueber.net 1/1", "gzip"));

    private static final List<Case> FAILURE =
            List.of(
                    new Case(
                            "DMARC Failure Report for domain.de (mail-from=sharepoint@domain.de, ip=10.10.10.10).eml",
                            "auth-failure [dmarc] 10.10.10.10 [domain.de] Subject",
                            "a common appliance's"),
                    new Case(
                            "[Netease DMARC Failure Report] Rent Reminder.eml",
                            "auth-failure [] 167.89.69.24 [cardinal.com] Rent Reminder",
                            "feedback-report in base64, against RFC 5965 §2"),
                    new Case(
                            "dmarc_ruf_report_linkedin.crlf.eml",
                            "auth-failure [dmarc] 10.10.10.10 [example.com] Subject line, could be UTF8 encoded",
                            "CRLF"),
                    new Case(
                            "dmarc_ruf_report_linkedin.eml",
                            "auth-failure [dmarc] 10.10.10.10 [example.com] Subject line, could be UTF8 encoded",
                            "the same with LF"),
                    new Case(
                            "exim_plain_text_only_no_arf_part.eml",
                            "bad: no part message/feedback-report",
                            "Exim writes for people alone: nothing there can be read for sure"));

    @TestFactory
    Stream<DynamicTest> parsedmarcAggregate() {
        return suite("dmarc/parsedmarc-samples/aggregate", AGGREGATE, true);
    }

    @TestFactory
    Stream<DynamicTest> parsedmarcOthers() {
        return suite("dmarc/parsedmarc-samples", OTHERS, false);
    }

    @TestFactory
    Stream<DynamicTest> providers() {
        return suite("mime/mox-testdata/dmarc-reports", PROVIDERS, true);
    }

    @TestFactory
    Stream<DynamicTest> opendmarc() {
        return suite("dmarc/opendmarc", OPENDMARC, false);
    }

    private static final List<Case> OPENDMARC =
            List.of(
                    new Case(
                            "163.com!example.com!1337270400!1337356799.20120518163.xml",
                            "163.com example.com 50/92",
                            "2012, before RFC 7489"),
                    new Case(
                            "bad.com!example.com!1337140800!1337227200.xml",
                            "bad: not XML, line 6: Element type \"foo\" must be followed by either attribute specifications, \">\" or \"/>\".",
                            "2012, before RFC 7489"),
                    new Case(
                            "good.com!example.com!1337270400!1337356799.xml",
                            "126.com example.com 754/183934",
                            "2012, before RFC 7489"),
                    new Case(
                            "google.com!example.com!1337299200!1337385599.13003092557703129505.xml.gz",
                            "google.com example.com 9776/191594 [policy_evaluated says dkim is \"\", taken as fail (9776x), policy_evaluated says spf is \"\", taken as fail (9776x)]",
                            "2012, before RFC 7489"),
                    new Case(
                            "yeah.net!example.com!1337270400!1337356799.20120518.xml",
                            "yeah.net example.com 254/21679",
                            "2012, before RFC 7489"));

    private static Stream<DynamicTest> suite(String name, List<Case> cases, boolean whole) {
        return Corpora.folder(name).stream()
                .flatMap(folder ->
                        Stream.concat(
                                whole ? Stream.of(complete(folder, cases)) : Stream.of(),
                                cases.stream()
                                        .map(c ->
                                                DynamicTest.dynamicTest(
                                                        c.file() + ": " + c.why(),
                                                        () ->
                                                                assertEquals(
                                                                        c.want(),
                                                                        aggregate(
                                                                                folder.resolve(
                                                                                        c
                                                                                                .file())))))));
    }

    /// No file of a folder is left out in silence.
    private static DynamicTest complete(Path folder, List<Case> cases) {
        return DynamicTest.dynamicTest(
                "every file has its outcome",
                () -> {
                    Set<String> there = new TreeSet<>();
                    try (var list = Files.list(folder)) {
                        list.forEach(file -> there.add(String.valueOf(file.getFileName())));
                    }
                    var known = new TreeSet<String>();
                    cases.forEach(c -> known.add(c.file()));
                    assertEquals(there, known);
                });
    }

    private static String aggregate(Path file) {
        var octets = octets(file);
        var limits = ReportLimits.DEFAULT;
        try {
            var read =
                    file.toString().endsWith(".eml")
                            ? ReportAttachment.read(Mails.of(octets), limits)
                            : AggregateReportReader.read(octets, limits);
            return switch (read) {
                case AggregateReportReader.Read.Bad(var why) -> "bad: " + why;
                case AggregateReportReader.Read.Ok(var report, var remarks) ->
                        report.metadata().organization()
                                + " "
                                + report.policy().domain()
                                + " "
                                + report.rows().size()
                                + "/"
                                + report.messages()
                                + (remarks.isEmpty() ? "" : " " + remarks);
            };
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @TestFactory
    Stream<DynamicTest> failureReports() {
        return Corpora.folder("dmarc/parsedmarc-samples/failure").stream()
                .flatMap(folder ->
                        Stream.concat(
                                Stream.of(complete(folder, FAILURE)),
                                FAILURE.stream()
                                        .map(c ->
                                                DynamicTest.dynamicTest(
                                                        c.file() + ": " + c.why(),
                                                        () ->
                                                                assertEquals(
                                                                        c.want(),
                                                                        failure(
                                                                                folder.resolve(
                                                                                        c
                                                                                                .file())))))));
    }

    private static String failure(Path file) throws IOException {
        return switch (FailureReportReader.read(Mails.of(octets(file)))) {
            case FailureReportReader.Read.Bad(var why) -> "bad: " + why;
            case FailureReportReader.Read.Ok(var report) ->
                    String.join(
                            " ",
                            List.of(
                                    report.feedbackType(),
                                    report.authFailure().toString(),
                                    report.source()
                                            .map(one -> one.getHostAddress())
                                            .orElse("no source"),
                                    report.reportedDomains().toString(),
                                    report.subject().orElse("no subject")));
        };
    }

    private static byte[] octets(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
