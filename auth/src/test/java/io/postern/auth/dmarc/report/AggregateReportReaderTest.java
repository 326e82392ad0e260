package io.postern.auth.dmarc.report;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.auth.dmarc.report.AggregateReportReader.Read;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("RFC 9990 §3.1.1 aggregate reports, read")
class AggregateReportReaderTest {
    private static final String META =
            "<report_metadata><org_name>R</org_name><email>r@r.example</email><report_id>1</report_id>"
                    + "<date_range><begin>1700000000</begin><end>1700086399</end></date_range></report_metadata>";
    private static final String POLICY =
            "<policy_published><domain>example.com</domain><p>reject</p></policy_published>";
    private static final String RECORD =
            "<record><row><source_ip>192.0.2.1</source_ip><count>3</count><policy_evaluated>"
                    + "<disposition>none</disposition><dkim>pass</dkim><spf>fail</spf></policy_evaluated></row>"
                    + "<identifiers><header_from>example.com</header_from></identifiers>"
                    + "<auth_results><dkim><domain>example.com</domain><selector>s</selector><result>pass</result></dkim></auth_results></record>";
    private static final String WHOLE = feedback(META + POLICY + RECORD);

    private static String feedback(String inside) {
        return "<?xml version=\"1.0\"?>\n<feedback>" + inside + "</feedback>";
    }

    record Case(String rule, String xml, String want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("§3.1.1.2 the plain case", WHOLE, "1/3"),
                new Case(
                        "§3.1.1.1 a namespace",
                        WHOLE.replace(
                                "<feedback>",
                                "<feedback xmlns=\"urn:ietf:params:xml:ns:dmarc-2.0\">"),
                        "1/3"),
                new Case(
                        "§3.1.1.1 a prefix",
                        WHOLE.replace("<feedback>", "<d:feedback xmlns:d=\"urn:x\">")
                                .replace("</feedback>", "</d:feedback>"),
                        "1/3"),
                new Case("§3.1.1.2 wrong order", feedback(RECORD + POLICY + META), "1/3"),
                new Case(
                        "§3.2 an extension",
                        feedback(
                                META
                                        + POLICY
                                        + "<extension><e:x xmlns:e=\"urn:e\">1</e:x></extension>"
                                        + RECORD),
                        "1/3"),
                new Case(
                        "§3.1.1.2 an unknown element",
                        feedback(META + POLICY + "<surprise/>" + RECORD),
                        "1/3 [unknown element surprise]"),
                new Case(
                        "§3.1.1.2 no metadata",
                        feedback(POLICY + RECORD),
                        "bad: no report_metadata: who reports about when is not said"),
                new Case(
                        "§3.1.1.5 no policy",
                        feedback(META + RECORD),
                        "bad: no domain in policy_published"),
                new Case("§3.1.1.2 no record", feedback(META + POLICY), "0/0 [no records]"),
                new Case(
                        "§3.1.1.8 a name as source_ip is never looked up",
                        feedback(META + POLICY + RECORD + RECORD.replace("192.0.2.1", "localhost")),
                        "1/3 [record 2 left out: source_ip is \"localhost\"]"),
                new Case(
                        "§3.1.1.8 a count below one",
                        feedback(META + POLICY + RECORD + RECORD.replace(">3<", ">-3<")),
                        "1/3 [record 2 left out: count is \"-3\"]"),
                new Case(
                        "§3.1.1.8 no record that can be read",
                        feedback(META + POLICY + RECORD.replace(">3<", "><")),
                        "bad: none of 1 records can be read: [record 1 left out: count is absent]"),
                new Case("§3.1.1.8 IPv6", WHOLE.replace("192.0.2.1", "2001:db8::1"), "1/3"),
                new Case(
                        "§3.1.1.4 no period",
                        WHOLE.replace("1700000000", "soon"),
                        "bad: no date_range that can be read"),
                new Case(
                        "§3.1.1.4 the period as text",
                        WHOLE.replace("1700000000", "2023-11-14 22:13:20"),
                        "1/3 [times as text, read as UTC]"),
                new Case(
                        "§3.1.1.4 milliseconds",
                        WHOLE.replace("1700000000", "1700000000000"),
                        "1/3 [times in milliseconds]"),
                new Case(
                        "§3.1.1.4 turned round",
                        WHOLE.replace("1700086399", "1600000000"),
                        "1/3 [the period ends before it begins: turned round]"),
                new Case("§3.1.1.9 upper case", WHOLE.replace(">pass<", ">PASS<"), "1/3"),
                new Case(
                        "§3.1.1.9 an unknown disposition",
                        WHOLE.replace("<disposition>none<", "<disposition>spam<"),
                        "1/3 [disposition is \"spam\", taken as none]"),
                new Case(
                        "§8.1 a document type",
                        WHOLE.replace(
                                "<feedback>", "<!DOCTYPE feedback [<!ENTITY a \"b\">]><feedback>"),
                        "bad: has a document type declaration"),
                new Case(
                        "§8.1 an external document type",
                        WHOLE.replace(
                                "<feedback>",
                                "<!DOCTYPE feedback SYSTEM \"file:///etc/hostname\"><feedback>"),
                        "bad: has a document type declaration"),
                new Case(
                        "§8.1 an entity nobody declared",
                        WHOLE.replace("<org_name>R", "<org_name>&who;"),
                        "bad: not XML, line 2: The entity \"who\" was referenced, but not declared."),
                new Case(
                        "XML 1.0 §2.4 a bare &",
                        WHOLE.replace("<org_name>R", "<org_name>R & S"),
                        "1/3 [not XML as it came: stray < or & or controls taken as text]"),
                new Case(
                        "XML 1.0 §2.2 a control",
                        WHOLE.replace("<org_name>R", "<org_name>R\u0001"),
                        "1/3 [not XML as it came: stray < or & or controls taken as text]"),
                new Case(
                        "cut off in the middle",
                        WHOLE.substring(0, WHOLE.length() - 30),
                        "bad: not XML, line 2: The element type \"auth_results\" must be terminated by the matching end-tag \"</auth_results>\"."),
                new Case("white space before the declaration", "\r\n " + WHOLE, "1/3"),
                new Case("another document", "<html/>", "bad: XML, but no element feedback"),
                new Case(
                        "no XML",
                        "hello",
                        "bad: neither XML nor gzip nor zip: begins with 68 65 6c 6c 6f"),
                new Case(
                        "elements nested too deep",
                        feedback("<a>".repeat(50) + "</a>".repeat(50)),
                        "bad: not XML: elements nested deeper than 12"));
    }

    @ParameterizedTest(name = "RFC 9990 {0}")
    @MethodSource("cases")
    void read(Case c) {
        assertEquals(c.want(), read(c.xml().getBytes(UTF_8)));
    }

    private static String read(byte[] octets) {
        return words(AggregateReportReader.read(octets, ReportLimits.DEFAULT));
    }

    private static String words(Read read) {
        return switch (read) {
            case Read.Bad(var why) -> "bad: " + why;
            case Read.Ok(var report, var remarks) ->
                    report.rows().size()
                            + "/"
                            + report.messages()
                            + (remarks.isEmpty() ? "" : " " + remarks);
        };
    }

    @Test
    @DisplayName("RFC 9990 §3.1.1 every value stands where it belongs")
    void values() {
        var xml =
                WHOLE.replace(
                                "<p>reject</p>",
                                "<p>Reject</p><sp>none</sp><np>quarantine</np><adkim>S</adkim><aspf>r</aspf><pct>50</pct><fo>1:d</fo><testing>y</testing><discovery_method>treewalk</discovery_method>")
                        .replace(
                                "<spf>fail</spf>",
                                "<spf>fail</spf><reason><type>Mailing_List</type><comment>a  list</comment></reason>")
                        .replace(
                                "<header_from>example.com",
                                "<envelope_to>here.example</envelope_to><envelope_from>&lt;&gt;</envelope_from><header_from>Sub.EXAMPLE.com.")
                        .replace(
                                "</auth_results>",
                                "<spf><domain>m.example</domain><scope>mfrom</scope><result>hardfail</result></spf></auth_results>")
                        .replace(
                                "</report_metadata>",
                                "<error>rua</error><generator>G 1</generator></report_metadata>");
        var ok =
                assertInstanceOf(
                        Read.Ok.class,
                        AggregateReportReader.read(xml.getBytes(UTF_8), ReportLimits.DEFAULT));
        var report = ok.report();
        assertEquals(Instant.ofEpochSecond(1700000000), report.metadata().begin());
        assertEquals(Instant.ofEpochSecond(1700086399), report.metadata().end());
        assertEquals(
                "[rua] Optional[G 1] r@r.example 1",
                report.metadata().errors()
                        + " "
                        + report.metadata().generator()
                        + " "
                        + report.metadata().email()
                        + " "
                        + report.metadata().reportId());
        assertEquals(
                new AggregateReport.PublishedPolicy(
                        "example.com",
                        Optional.of("reject"),
                        Optional.of("none"),
                        Optional.of("quarantine"),
                        Optional.of("s"),
                        Optional.of("r"),
                        Optional.of(50),
                        Optional.of("1:d"),
                        Optional.of("y"),
                        Optional.of("treewalk")),
                report.policy());
        var row = report.rows().getFirst();
        assertEquals(
                "Identifiers[headerFrom=sub.example.com, envelopeFrom=Optional[], envelopeTo=Optional[here.example]]",
                row.identifiers().toString());
        assertEquals(
                "Evaluated[disposition=NONE, dkimAligned=true, spfAligned=false, reasons=[Reason[type=mailing_list, comment=Optional[a list]]]]",
                row.evaluated().toString());
        assertEquals(
                "[SpfResult[domain=m.example, scope=Optional[mfrom], result=fail, comment=Optional.empty]]",
                row.spf().toString());
        assertEquals(
                "[DkimResult[domain=example.com, selector=Optional[s], result=pass, comment=Optional.empty]]",
                row.dkim().toString());
        assertTrue(row.passes());
    }

    @Test
    @DisplayName(
            "RFC 9990 §3.5.2 gzip and zip are known by their octets, and zip in zip is the last")
    void containers() throws IOException {
        var xml = WHOLE.getBytes(UTF_8);
        assertEquals("1/3", read(gzip(xml)));
        assertEquals("1/3", read(zip("readme.txt", "read me".getBytes(UTF_8), "r.xml", xml)));
        assertEquals("1/3", read(zip("r.xml.gz", gzip(xml))));
        assertEquals("bad: packed more than twice", read(gzip(gzip(gzip(xml)))));
        assertEquals("bad: zip without a report in it", read(zip("a", "a".getBytes(UTF_8))));
        assertEquals(
                "1/3 [zip has more entries than the one that was read]",
                read(zip("1.xml", xml, "2.xml", xml)));
        assertEquals("bad: empty", read(new byte[0]));
    }

    @Test
    @DisplayName("RFC 1952 §2.2 trailing zeros and a lost check sum spoil nothing that was whole")
    void damagedGzip() throws IOException {
        var packed = gzip(WHOLE.getBytes(UTF_8));
        assertEquals("1/3", read(Arrays.copyOf(packed, packed.length + 600)));
        var cut = read(Arrays.copyOf(packed, packed.length - 6));
        assertTrue(cut.startsWith("1/3 [gzip is damaged after"), cut);
        assertTrue(read(Arrays.copyOf(packed, packed.length / 2)).startsWith("bad: not XML"));
        assertTrue(read(Arrays.copyOf(packed, 5)).startsWith("bad: gzip that can't be read"));
    }

    @Test
    @DisplayName("RFC 9990 §8.1 a bomb ends at the bound, in gzip, zip and gzip of gzip")
    void bombs() throws IOException {
        var zeros = new byte[40 << 20];
        Arrays.fill(zeros, (byte) ' ');
        zeros[0] = '<';
        for (var bomb : new byte[][] {gzip(zeros), zip("a.xml", zeros), gzip(gzip(zeros))}) {
            var got = read(bomb);
            assertTrue(got.startsWith("bad: a bomb: ") || got.startsWith("bad: more than"), got);
        }
        var limits = new ReportLimits(1000, 2000, 1000, 1, 1, 50);
        assertEquals(
                "bad: more than 2000 octets when unpacked",
                words(AggregateReportReader.read(gzip(" ".repeat(2001).getBytes(UTF_8)), limits)));
        assertEquals(
                "bad: more than 1000 octets",
                words(
                        AggregateReportReader.read(
                                new ByteArrayInputStream(new byte[1001]), limits)));
        assertEquals(
                "bad: more than 1 records",
                words(
                        AggregateReportReader.read(
                                gzip(feedback(META + POLICY + RECORD + RECORD).getBytes(UTF_8)),
                                limits)));
        assertEquals(
                "1/3 [text of more than 50 characters cut]",
                words(
                        AggregateReportReader.read(
                                gzip(
                                        WHOLE.replace(">R<", ">" + "R".repeat(51) + "<")
                                                .getBytes(UTF_8)),
                                limits)));
    }

    @Test
    @DisplayName("XML 1.0 §4.3.3 other charsets, marks, and octets of none")
    void charsets() {
        assertEquals("1/3", read(("\uFEFF" + WHOLE).getBytes(UTF_8)));
        assertEquals("1/3", read(WHOLE.getBytes(UTF_16)));
        var latin = WHOLE.replace("?>", " encoding='ISO-8859-1'?>").replace(">R<", ">\u00dc<");
        assertEquals("1/3", read(latin.getBytes(ISO_8859_1)));
        assertEquals(
                "1/3 [octets that are not UTF-8, read as U+FFFD]",
                read(WHOLE.replace(">R<", ">\u00dc<").getBytes(ISO_8859_1)));
    }

    @Test
    @DisplayName("RFC 9990 §8.1 no octets of any kind throw")
    void random() throws IOException {
        var random = new Random(9990);
        var seeds =
                new byte[][] {
                    WHOLE.getBytes(UTF_8),
                    gzip(WHOLE.getBytes(UTF_8)),
                    zip("a.xml", WHOLE.getBytes(UTF_8))
                };
        int read = 0;
        for (int i = 0; i < 6000; i++) {
            var octets = seeds[i % seeds.length].clone();
            for (int n = random.nextInt(8); n >= 0; n--) {
                octets[random.nextInt(octets.length)] = (byte) random.nextInt(256);
            }
            read +=
                    AggregateReportReader.read(octets, ReportLimits.DEFAULT) instanceof Read.Ok
                            ? 1
                            : 0;
        }
        assertTrue(read > 100, () -> "some must still be readable");
    }

    @Test
    @DisplayName("RFC 9990 §3.5.2 the report in a mail is found whatever its type and place")
    void attachment() throws IOException {
        var base64 = Base64.getMimeEncoder().encodeToString(gzip(WHOLE.getBytes(UTF_8)));
        var mail =
                "From: a@r.example\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nhello\n"
                        + "--b\nContent-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n\n"
                        + base64
                        + "\n--b--\n";
        assertEquals("1/3", words(ReportAttachment.read(Mails.of(mail), ReportLimits.DEFAULT)));
        var plain = "From: a@r.example\nContent-Type: text/xml\n\n" + WHOLE;
        assertEquals("1/3", words(ReportAttachment.read(Mails.of(plain), ReportLimits.DEFAULT)));
        var quoted =
                "From: a@r.example\nContent-Type: text/xml\nContent-Transfer-Encoding: quoted-printable\n\n"
                        + WHOLE.replace("=", "=3D").replace("<record>", "<rec=\nord>");
        assertEquals("1/3", words(ReportAttachment.read(Mails.of(quoted), ReportLimits.DEFAULT)));
        assertEquals(
                "bad: no part is gzip, zip or XML",
                words(
                        ReportAttachment.read(
                                Mails.of("From: a@r.example\n\nhello\n"), ReportLimits.DEFAULT)));
        assertEquals(
                "bad: XML, but no element feedback",
                words(
                        ReportAttachment.read(
                                Mails.of("Content-Type: text/xml\n\n<a/>\n"),
                                ReportLimits.DEFAULT)));
    }

    static byte[] gzip(byte[] octets) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(octets);
        }
        return out.toByteArray();
    }

    private static byte[] zip(Object... namesAndOctets) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(out)) {
            for (int i = 0; i < namesAndOctets.length; i += 2) {
                zip.putNextEntry(new ZipEntry((String) namesAndOctets[i]));
                zip.write((byte[]) namesAndOctets[i + 1]);
                zip.closeEntry();
            }
        }
        return out.toByteArray();
    }
}
