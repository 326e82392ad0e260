package io.postern.auth.dmarc.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/// One element as far as a report goes: its own text and its children, by local name.
///
/// Namespaces are not looked at: RFC 9990 has one, RFC 7489 another, and most write none.
///
/// @param text white space cut at both ends and collapsed
record XmlNode(String name, String text, List<XmlNode> children) {
    private static final int DEPTH = 12;
    private static final int CHILDREN = 1_000;

    /// Reads the element at whose start the reader stands, up to its end.
    static XmlNode read(XMLStreamReader in, ReportLimits limits, Remarks remarks)
            throws XMLStreamException {
        return read(in, limits, remarks, 0);
    }

    private static XmlNode read(XMLStreamReader in, ReportLimits limits, Remarks remarks, int depth)
            throws XMLStreamException {
        var name = in.getLocalName();
        var text = new StringBuilder();
        var children = new ArrayList<XmlNode>();
        while (true) {
            switch (in.next()) {
                case XMLStreamConstants.START_ELEMENT -> {
                    if (depth >= DEPTH) {
                        throw new XMLStreamException("elements nested deeper than " + DEPTH);
                    }
                    if (children.size() >= CHILDREN) {
                        throw new XMLStreamException(
                                "more than " + CHILDREN + " elements in one " + name);
                    }
                    children.add(read(in, limits, remarks, depth + 1));
                }
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> {
                    int room = limits.text() - text.length();
                    var piece = in.getText();
                    text.append(piece, 0, Math.clamp(piece.length(), 0, room));
                    if (piece.length() > room && !piece.isBlank()) {
                        remarks.add("text of more than " + limits.text() + " characters cut");
                    }
                }
                case XMLStreamConstants.END_ELEMENT -> {
                    return new XmlNode(name, oneLine(text), children);
                }
                default -> {
                    // Comments, processing instructions.
                }
            }
        }
    }

    private static String oneLine(CharSequence text) {
        var line = new StringBuilder();
        boolean space = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c <= ' ' || c == '\u00A0') {
                space = !line.isEmpty();
            } else {
                if (space) {
                    line.append(' ');
                }
                space = false;
                line.append(Character.isISOControl(c) ? '?' : c);
            }
        }
        return line.toString();
    }

    /// All children of that name.
    List<XmlNode> all(String name) {
        return children.stream().filter(child -> child.name().equals(name)).toList();
    }

    /// The first child of that name.
    Optional<XmlNode> first(String name) {
        return children.stream().filter(child -> child.name().equals(name)).findFirst();
    }

    /// The first text in a child of that name that is not empty.
    Optional<String> value(String name) {
        return children.stream()
                .filter(child -> child.name().equals(name) && !child.text().isEmpty())
                .map(XmlNode::text)
                .findFirst();
    }
}
