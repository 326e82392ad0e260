package io.postern.auth.dmarc.report;

import io.postern.auth.text.Visible;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/// Reads aggregate reports as they come: gzip, zip or bare XML, by RFC 9990 or RFC 7489 or nearly
/// so. RFC 9990 §3.1.1, §8.1.
///
/// No schema is asked: elements are found by name in any order, unknown ones are passed over. What
/// a row needs and lacks costs the row, what the report needs and lacks costs the report. Nothing
/// outside the octets is ever read: there is no DTD and no entity of the document's own.
public final class AggregateReportReader {
    private static final XMLInputFactory FACTORY = factory();

    private AggregateReportReader() {}

    /// What was read.
    public sealed interface Read {
        /// A report.
        ///
        /// @param remarks what was odd and did not matter, in words; bounded, may be empty
        record Ok(AggregateReport report, List<String> remarks) implements Read {
            public Ok {
                remarks = List.copyOf(remarks);
            }
        }

        /// None: the sender's fault, and for good.
        record Bad(String why) implements Read {}
    }

    /// Reads one report. Does not close the stream; takes at most `limits.compressed() + 1` octets
    /// of it.
    ///
    /// @throws IOException when the stream can't be read; never for what the octets are
    public static Read read(InputStream in, ReportLimits limits) throws IOException {
        var octets = in.readNBytes(limits.compressed() + 1);
        if (octets.length > limits.compressed()) {
            return new Read.Bad("more than " + limits.compressed() + " octets");
        }
        return read(octets, limits);
    }

    /// Whether these octets begin as a report in gzip, zip or XML does; a mail does not.
    public static boolean mayBe(byte[] octets) {
        return Unpacked.mayBe(octets);
    }

    /// [#read(InputStream, ReportLimits)] of octets in memory.
    public static Read read(byte[] octets, ReportLimits limits) {
        var remarks = new Remarks();
        return switch (Unpacked.of(octets, limits, remarks)) {
            case Unpacked.Bad(var why) -> new Read.Bad(Visible.of(why));
            case Unpacked.Xml(var xml) -> {
                var text = XmlText.decode(xml, remarks);
                Read result;
                try {
                    result = report(text, limits, remarks);
                } catch (XMLStreamException first) {
                    var mended = XmlText.mended(text);
                    if (mended.equals(text)) {
                        yield notXml(first);
                    }
                    var again = new Remarks();
                    again.add("not XML as it came: stray < or & or controls taken as text");
                    try {
                        result = report(mended, limits, again);
                    } catch (XMLStreamException second) {
                        yield notXml(first);
                    }
                }
                yield result;
            }
        };
    }

    private static Read notXml(XMLStreamException e) {
        var at = e.getLocation();
        var message = String.valueOf(e.getMessage());
        int cut = message.indexOf("Message: ");
        return new Read.Bad(
                "not XML"
                        + (at == null ? "" : ", line " + at.getLineNumber())
                        + ": "
                        + Visible.of(cut < 0 ? message : message.substring(cut + 9)));
    }

    private static XMLInputFactory factory() {
        // The platform's own, whatever else is on the class path.
        var factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setXMLResolver((_, _, _, _) -> {
            throw new XMLStreamException("nothing outside the report is read");
        });
        return factory;
    }

    /// A factory is not said to be safe for many threads; its readers are confined anyway.
    private static XMLStreamReader reader(String text) throws XMLStreamException {
        synchronized (FACTORY) {
            return FACTORY.createXMLStreamReader(new StringReader(text));
        }
    }

    private static Read report(String text, ReportLimits limits, Remarks remarks)
            throws XMLStreamException {
        var in = reader(text);
        try {
            while (in.hasNext()) {
                switch (in.next()) {
                    case XMLStreamConstants.DTD -> {
                        // RFC 9990 §8.1: no report needs one, and what bombs are made of is in it.
                        return new Read.Bad("has a document type declaration");
                    }
                    case XMLStreamConstants.START_ELEMENT -> {
                        // Some wrap it: the root of one well-known reporter is the schema.
                        if (in.getLocalName().equals("feedback")) {
                            return feedback(in, limits, remarks);
                        }
                        remarks.add("element " + in.getLocalName() + " around the report");
                    }
                    default -> {
                        // Declaration, comments, white space.
                    }
                }
            }
            return new Read.Bad("XML, but no element feedback");
        } finally {
            in.close();
        }
    }

    /// From the start of `feedback` to its end; what is behind it is not looked at.
    private static Read feedback(XMLStreamReader in, ReportLimits limits, Remarks remarks)
            throws XMLStreamException {
        @Nullable XmlNode metadata = null;
        @Nullable XmlNode policy = null;
        var values = new Values(remarks);
        var rows = new ArrayList<AggregateReport.Row>();
        int records = 0;
        while (true) {
            int event = in.next();
            if (event == XMLStreamConstants.END_ELEMENT) {
                return result(metadata, policy, rows, records, values, remarks);
            }
            if (event != XMLStreamConstants.START_ELEMENT) {
                continue;
            }
            switch (in.getLocalName()) {
                case "record" -> {
                    if (++records > limits.records()) {
                        return new Read.Bad("more than " + limits.records() + " records");
                    }
                    values.row(XmlNode.read(in, limits, remarks), records).ifPresent(rows::add);
                }
                case "report_metadata" -> {
                    var node = XmlNode.read(in, limits, remarks);
                    metadata = metadata == null ? node : metadata;
                }
                case "policy_published" -> {
                    var node = XmlNode.read(in, limits, remarks);
                    if (policy == null) {
                        policy = node;
                    } else {
                        remarks.add("several policies published, the first is taken");
                    }
                }
                default -> {
                    var node = XmlNode.read(in, limits, remarks);
                    if (!node.name().equals("version") && !node.name().equals("extension")) {
                        remarks.add("unknown element " + node.name());
                    }
                }
            }
        }
    }

    private static Read result(
            @Nullable XmlNode metadata,
            @Nullable XmlNode policy,
            List<AggregateReport.Row> rows,
            int records,
            Values values,
            Remarks remarks) {
        if (metadata == null) {
            return new Read.Bad("no report_metadata: who reports about when is not said");
        }
        var readMetadata = values.metadata(metadata);
        if (readMetadata.isEmpty()) {
            return new Read.Bad("no date_range that can be read");
        }
        var readPolicy =
                policy == null
                        ? Optional.<AggregateReport.PublishedPolicy>empty()
                        : values.policy(policy);
        if (readPolicy.isEmpty()) {
            return new Read.Bad("no domain in policy_published");
        }
        if (records == 0) {
            remarks.add("no records");
        }
        if (records > 0 && rows.isEmpty()) {
            return new Read.Bad("none of " + records + " records can be read: " + remarks.list());
        }
        return new Read.Ok(
                new AggregateReport(readMetadata.get(), readPolicy.get(), rows), remarks.list());
    }
}
