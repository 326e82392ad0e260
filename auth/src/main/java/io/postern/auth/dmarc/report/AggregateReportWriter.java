package io.postern.auth.dmarc.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.postern.mail.Domain;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;

/// Writes aggregate reports. RFC 9990 §3.1.1, appendix A. The same report gives the same octets.
public final class AggregateReportWriter {
    /// RFC 9990 §6.1.
    static final String NAMESPACE = "urn:ietf:params:xml:ns:dmarc-2.0";

    private AggregateReportWriter() {}

    /// The XML, in UTF-8, elements in the order of the schema.
    public static byte[] xml(AggregateReport report) {
        var out = new Xml();
        out.open("feedback xmlns=\"" + NAMESPACE + "\"");
        // §3.1.1.2: MUST have this value.
        out.value("version", "1.0");
        metadata(out, report.metadata());
        policy(out, report.policy());
        report.rows().forEach(row -> record(out, row));
        out.close("feedback");
        return out.octets();
    }

    /// The XML in gzip, without name and time (RFC 1952 §2.3), so that a report written twice is
    /// the same twice.
    public static byte[] gzip(AggregateReport report) {
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(xml(report));
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail
        }
        return out.toByteArray();
    }

    /// The name of the attachment, such as
    /// `mail.receiver.example!example.com!1013662812!1013749130!3f.xml.gz`. RFC 9990 §3.5.2.
    ///
    /// @param uniqueId letters and digits; other characters are left out
    public static String fileName(
            Domain receiver, String policyDomain, Instant begin, Instant end, String uniqueId) {
        var unique = new StringBuilder();
        for (int i = 0; i < uniqueId.length(); i++) {
            char c = uniqueId.charAt(i);
            if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
                unique.append(c);
            }
        }
        return receiver
                + "!"
                + policyDomain
                + "!"
                + begin.getEpochSecond()
                + "!"
                + end.getEpochSecond()
                + (unique.isEmpty() ? "" : "!" + unique)
                + ".xml.gz";
    }

    /// The subject. RFC 9990 §3.5.2: the words are case-sensitive.
    public static String subject(String policyDomain, Domain submitter, String reportId) {
        return "Report Domain: "
                + policyDomain
                + " Submitter: "
                + submitter
                + " Report-ID: <"
                + reportId
                + ">";
    }

    private static void metadata(Xml out, AggregateReport.Metadata metadata) {
        out.open("report_metadata");
        out.value("org_name", metadata.organization());
        out.value("email", metadata.email());
        out.value("extra_contact_info", metadata.extraContact());
        out.value("report_id", metadata.reportId());
        out.open("date_range");
        out.value("begin", Long.toString(metadata.begin().getEpochSecond()));
        out.value("end", Long.toString(metadata.end().getEpochSecond()));
        out.close("date_range");
        metadata.errors().forEach(error -> out.value("error", error));
        out.value("generator", metadata.generator());
        out.close("report_metadata");
    }

    private static void policy(Xml out, AggregateReport.PublishedPolicy policy) {
        out.open("policy_published");
        out.value("domain", policy.domain());
        out.value("discovery_method", policy.discoveryMethod());
        // §3.1.1.5: required; RFC 9989 §4.7 says none of an absent one.
        out.value("p", policy.p().orElse("none"));
        out.value("sp", policy.sp());
        out.value("np", policy.np());
        out.value("fo", policy.fo());
        out.value("adkim", policy.adkim());
        out.value("aspf", policy.aspf());
        out.value("pct", policy.pct().map(String::valueOf));
        out.value("testing", policy.testing());
        out.close("policy_published");
    }

    private static void record(Xml out, AggregateReport.Row row) {
        out.open("record");
        out.open("row");
        out.value("source_ip", row.source().getHostAddress());
        out.value("count", Long.toString(row.count()));
        out.open("policy_evaluated");
        out.value("disposition", row.evaluated().disposition().word());
        out.value("dkim", row.evaluated().dkimAligned() ? "pass" : "fail");
        out.value("spf", row.evaluated().spfAligned() ? "pass" : "fail");
        for (var reason : row.evaluated().reasons()) {
            out.open("reason");
            out.value("type", reason.type());
            out.value("comment", reason.comment());
            out.close("reason");
        }
        out.close("policy_evaluated");
        out.close("row");
        out.open("identifiers");
        out.value("header_from", row.identifiers().headerFrom());
        out.value("envelope_from", row.identifiers().envelopeFrom());
        out.value("envelope_to", row.identifiers().envelopeTo());
        out.close("identifiers");
        out.open("auth_results");
        for (var dkim : row.dkim()) {
            out.open("dkim");
            out.value("domain", dkim.domain());
            out.value("selector", dkim.selector());
            out.value("result", dkim.result());
            out.value("human_result", dkim.comment());
            out.close("dkim");
        }
        for (var spf : row.spf()) {
            out.open("spf");
            out.value("domain", spf.domain());
            out.value("scope", spf.scope());
            out.value("result", spf.result());
            out.value("human_result", spf.comment());
            out.close("spf");
        }
        out.close("auth_results");
        out.close("record");
    }

    /// XML being written: two spaces a level, one element a line.
    private static final class Xml {
        private final StringBuilder text =
                new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        private int depth;

        void open(String element) {
            indent().append('<').append(element).append(">\n");
            depth++;
        }

        void close(String name) {
            depth--;
            indent().append("</").append(name).append(">\n");
        }

        void value(String name, Optional<String> value) {
            value.ifPresent(text -> value(name, text));
        }

        void value(String name, String value) {
            indent().append('<').append(name).append('>');
            escape(value);
            text.append("</").append(name).append(">\n");
        }

        private StringBuilder indent() {
            return text.repeat(' ', 2 * depth);
        }

        private void escape(String value) {
            for (int i = 0; i < value.length(); i++) {
                char c = value.charAt(i);
                switch (c) {
                    case '<' -> text.append("&lt;");
                    case '>' -> text.append("&gt;");
                    case '&' -> text.append("&amp;");
                    default -> text.append(legal(value, i) ? c : '\uFFFD');
                }
            }
        }

        /// XML 1.0 §2.2: no control but the tab, which a value of ours has no use for either.
        private static boolean legal(String value, int at) {
            char c = value.charAt(at);
            if (Character.isHighSurrogate(c)) {
                return at + 1 < value.length() && Character.isLowSurrogate(value.charAt(at + 1));
            }
            if (Character.isLowSurrogate(c)) {
                return at > 0 && Character.isHighSurrogate(value.charAt(at - 1));
            }
            return c >= ' ' && c < 0xFFFE && !(c >= 0x7F && c < 0xA0);
        }

        byte[] octets() {
            return text.toString().getBytes(UTF_8);
        }
    }
}
