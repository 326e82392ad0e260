package io.postern.mail;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The leaf parts of a message, in order, each to be had decoded. RFC 2045, RFC 2046 §5.1.
///
/// For small things of machines, such as reports; not for scanning. An embedded message's parts are
/// among them.
public final class MimeParts {
    private final Content content;
    private final List<Part> parts;
    private final List<HeaderFields> embedded;
    private final Optional<String> beyond;

    private MimeParts(
            Content content,
            List<Part> parts,
            List<HeaderFields> embedded,
            Optional<String> beyond) {
        this.content = content;
        this.parts = List.copyOf(parts);
        this.embedded = List.copyOf(embedded);
        this.beyond = beyond;
    }

    /// A leaf.
    ///
    /// @param type such as `application/gzip`, in lower case
    /// @param embedded inside of a message/rfc822
    /// @param start offset of its octets in the body
    /// @param size octets of it, still encoded
    public record Part(String type, boolean embedded, HeaderFields header, long start, long size) {}

    /// Those of a content.
    ///
    /// @throws IOException when the body can't be read: temporary
    public static MimeParts of(Content content, ContentRewriter.Limits limits) throws IOException {
        var found = MimeScan.scan(content, limits);
        var parts = new ArrayList<Part>();
        var headers = new ArrayList<HeaderFields>();
        collect(found.root(), false, parts, headers);
        return new MimeParts(content, parts, headers, found.beyond());
    }

    private static void collect(
            MimeNode node, boolean embedded, List<Part> parts, List<HeaderFields> headers) {
        if (node.kind == MimeNode.Kind.LEAF) {
            parts.add(
                    new Part(
                            node.type.type() + "/" + node.type.subtype(),
                            embedded,
                            node.header,
                            node.bodyStart,
                            Math.max(0, node.bodyEnd - node.bodyStart)));
        }
        boolean message = node.kind == MimeNode.Kind.MESSAGE;
        for (var child : node.children) {
            if (message) {
                headers.add(child.header);
            }
            collect(child, embedded || message, parts, headers);
        }
    }

    /// Leaves in the order of the message; not all when [#beyond] says so.
    public List<Part> all() {
        return parts;
    }

    /// The header sections of embedded messages, in the order of the message.
    public List<HeaderFields> embeddedHeaders() {
        return embedded;
    }

    /// The limit that was passed, in words.
    public Optional<String> beyond() {
        return beyond;
    }

    /// The decoded octets of a part; empty when it is larger than that, encoded.
    ///
    /// @throws IOException when the body can't be read: temporary
    public Optional<byte[]> octets(Part part, int maxEncoded) throws IOException {
        if (part.size() > maxEncoded) {
            return Optional.empty();
        }
        try (var in = content.openBody()) {
            in.skipNBytes(part.start());
            var octets = in.readNBytes((int) part.size());
            return Optional.of(TransferDecoder.decode(TransferEncoding.of(part.header()), octets));
        }
    }
}
