package io.postern.mail;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One entity of a message as the scan found it: offsets into the body of the whole message.
///
/// Confined to one rewriting: the scan fills it, the plan marks it, the writer reads it.
final class MimeNode {
    /// How its body is made.
    enum Kind {
        LEAF,
        MULTIPART,
        /// A whole message: one child.
        MESSAGE
    }

    /// What becomes of a leaf's octets.
    enum Encoding {
        AS_IT_IS,
        QUOTED,
        BASE64,
        QUOTED_AGAIN,
        BASE64_AGAIN
    }

    final MediaType defaultType;
    final int depth;
    final List<MimeNode> children = new ArrayList<>(0);

    /// The leaf's octets; of a multipart, its preamble, delimiters and epilogue.
    final BodyFacts facts = new BodyFacts();

    HeaderFields header = HeaderFields.EMPTY;
    Kind kind = Kind.LEAF;
    MediaType type = MediaType.PLAIN;
    @Nullable String boundary;

    /// Whether its header section has what can't be read as fields.
    boolean headerDefects;

    long headerStart;
    long bodyStart;
    long bodyEnd;

    /// Whether its header section ended with an empty line (a part may have none).
    boolean emptyLine = true;

    // The plan.
    boolean headerRewritten;
    boolean bodyRewritten;

    /// Itself or something in it is rewritten.
    boolean touched;

    Encoding encoding = Encoding.AS_IT_IS;

    MimeNode(MediaType defaultType, int depth, long headerStart) {
        this.defaultType = defaultType;
        this.depth = depth;
        this.headerStart = headerStart;
    }

    /// Reads type and structure from the header section.
    void headerDone(HeaderFields fields) {
        header = fields;
        var typeField = fields.first("Content-Type");
        // RFC 2045 §5.2: what can't be read is plain text.
        type =
                typeField.isEmpty()
                        ? defaultType
                        : MediaType.parse(typeField.get().rawBody()).orElse(MediaType.PLAIN);
        if (TransferEncoding.of(fields).isTransparent()) {
            if (type.type().equals("multipart") && type.boundary().isPresent()) {
                kind = Kind.MULTIPART;
                boundary = type.boundary().get();
            } else if (type.is("message", "rfc822") || type.is("message", "news")) {
                kind = Kind.MESSAGE;
            }
        }
    }

    MediaType childDefault() {
        return type.is("multipart", "digest") ? MediaType.MESSAGE : MediaType.PLAIN;
    }

    /// RFC 1847 §2.1, RFC 2046 §5.2.2: content that must pass as it is.
    boolean isSealed() {
        return type.is("multipart", "signed")
                || type.is("multipart", "encrypted")
                || type.is("message", "partial");
    }
}
