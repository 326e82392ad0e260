package io.postern.mail;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Finds the entities of a message in one pass over its body, line by line. RFC 2046 §5.1.1.
///
/// Only CRLF ends a line. Holds part headers and the beginning of the line at hand, nothing else.
final class MimeScan {
    // "--", a boundary of 70, "--", and white space that relays left behind.
    private static final int LINE_BEGINNING = 256;

    private final ContentRewriter.Limits limits;
    private final MimeNode root;
    // Open entities, outermost first; the last is the one whose lines come now.
    private final List<MimeNode> open = new ArrayList<>();
    private final ByteArrayOutputStream partHeader = new ByteArrayOutputStream();
    private final byte[] beginning = new byte[LINE_BEGINNING];
    private @Nullable String beyond;
    private boolean inHeader;
    private int parts = 1;
    private int headerOctets;

    private long lineStart;
    private long offset;
    private boolean afterCr;

    private MimeScan(HeaderFields header, ContentRewriter.Limits limits) {
        this.limits = limits;
        root = new MimeNode(MediaType.PLAIN, 1, 0);
        root.headerDone(header);
        open.add(root);
    }

    /// What a scan found.
    ///
    /// @param beyond the limit that was passed, in words; then the tree is not whole
    record Found(MimeNode root, Optional<String> beyond) {}

    static Found scan(Content content, ContentRewriter.Limits limits) throws IOException {
        var scan = new MimeScan(content.header(), limits);
        scan.enterMessages();
        try (var in = content.openBody()) {
            var buffer = new byte[32 * 1024];
            for (int n = in.read(buffer); n >= 0 && scan.beyond == null; n = in.read(buffer)) {
                scan.take(buffer, n);
            }
        }
        scan.end();
        return new Found(scan.root, Optional.ofNullable(scan.beyond));
    }

    private MimeNode current() {
        return open.getLast();
    }

    /// Cuts into lines. What a line needs is fed piece by piece, so a line may be endless; only
    /// whether it is a delimiter waits for its end, and such lines are short.
    private void take(byte[] octets, int length) {
        int pieceStart = 0;
        for (int i = 0; i < length && beyond == null; i++) {
            byte b = octets[i];
            long inLine = offset + i - lineStart;
            if (inLine < LINE_BEGINNING) {
                beginning[(int) inLine] = b;
            } else if (inLine == LINE_BEGINNING) {
                // Too long for a delimiter: what was held back goes where it belongs.
                feed(beginning, 0, LINE_BEGINNING);
                pieceStart = i;
            }
            if (b == '\n' && afterCr) {
                if (inLine < LINE_BEGINNING) {
                    line((int) inLine - 1);
                } else {
                    feed(octets, pieceStart, i + 1 - pieceStart);
                }
                lineStart = offset + i + 1;
            }
            afterCr = b == '\r';
        }
        long pending = offset + length - lineStart;
        if (pending > LINE_BEGINNING) {
            int from = (int) Math.max(pieceStart, lineStart + LINE_BEGINNING - offset);
            feed(octets, from, length - from);
        }
        offset += length;
    }

    /// A whole line of that many octets without its CRLF, in `beginning`.
    private void line(int length) {
        if (length >= 2 && beginning[0] == '-' && beginning[1] == '-' && delimiter(length)) {
            return;
        }
        if (inHeader && length == 0) {
            endHeader(lineStart + 2, true);
            return;
        }
        feed(beginning, 0, length + 2);
    }

    private boolean delimiter(int length) {
        int end = length;
        // RFC 2046 §5.1.1 transport-padding: only spaces and tabs.
        while (end > 0 && (beginning[end - 1] == ' ' || beginning[end - 1] == '\t')) {
            end--;
        }
        var line = new String(beginning, 0, end, ISO_8859_1);
        // RFC 2046 §5.1.2: the innermost first, but an outer one ends the inner ones too.
        for (int i = open.size() - 1; i >= 0; i--) {
            var boundary = open.get(i).boundary;
            if (boundary == null || !line.startsWith(boundary, 2)) {
                continue;
            }
            var rest = line.substring(2 + boundary.length());
            if (rest.isEmpty() || rest.equals("--")) {
                var multipart = open.get(i);
                closeDownTo(i, lineStart);
                if (rest.isEmpty()) {
                    begin(multipart, lineStart + length + 2);
                } else {
                    // What follows is the epilogue.
                    multipart.boundary = null;
                }
                return true;
            }
        }
        return false;
    }

    private void begin(MimeNode multipart, long at) {
        if (++parts > limits.maxParts()) {
            beyond = "more than " + limits.maxParts() + " MIME parts";
        } else if (multipart.depth >= limits.maxDepth()) {
            beyond = "MIME parts nested deeper than " + limits.maxDepth();
        }
        var part = new MimeNode(multipart.childDefault(), multipart.depth + 1, at);
        multipart.children.add(part);
        open.add(part);
        inHeader = true;
    }

    /// Octets of the region at hand.
    private void feed(byte[] octets, int from, int length) {
        if (!inHeader) {
            current().facts.take(octets, from, length);
            return;
        }
        headerOctets += length;
        if (headerOctets > limits.maxPartHeaderBytes()) {
            beyond = "MIME part headers of more than " + limits.maxPartHeaderBytes() + " octets";
            return;
        }
        partHeader.write(octets, from, length);
    }

    private void endHeader(long bodyStart, boolean emptyLine) {
        var node = current();
        inHeader = false;
        node.bodyStart = bodyStart;
        node.emptyLine = emptyLine;
        var octets = partHeader.toByteArray();
        partHeader.reset();
        var all = new HeaderLimits(Math.max(1, octets.length), Math.max(1, octets.length));
        switch (HeaderFields.parse(octets, all)) {
            case HeaderParse.Parsed(var fields, var defects) -> {
                node.headerDefects = !defects.isEmpty();
                node.headerDone(fields);
            }
            case HeaderParse.TooLarge(var why) -> throw new IllegalStateException(why);
        }
        enterMessages();
    }

    /// In a message/rfc822 the embedded message's header section comes at once.
    private void enterMessages() {
        var node = current();
        if (node.kind == MimeNode.Kind.MESSAGE) {
            begin(node, node.bodyStart);
        }
    }

    private void closeDownTo(int index, long delimiterStart) {
        while (open.size() - 1 > index) {
            var node = current();
            if (inHeader) {
                endHeaderEarly(delimiterStart);
                continue;
            }
            // RFC 2046 §5.1.1: the CRLF before a delimiter belongs to the delimiter.
            node.bodyEnd = Math.max(node.bodyStart, delimiterStart - 2);
            open.removeLast();
        }
    }

    /// A header section that the end of its entity cut short: there is no body to look into.
    private void endHeaderEarly(long at) {
        var node = current();
        var nested = open.size();
        endHeader(at, false);
        if (open.size() > nested) {
            open.removeLast();
            node.children.clear();
            node.kind = MimeNode.Kind.LEAF;
            inHeader = false;
        }
    }

    private void end() {
        long pending = offset - lineStart;
        if (beyond == null && pending > 0 && pending <= LINE_BEGINNING) {
            // RFC 2046 §5.1.1: the last close-delimiter may stand without CRLF.
            int length = (int) pending;
            if (length < 2
                    || beginning[0] != '-'
                    || beginning[1] != '-'
                    || !delimiter(afterCr ? length - 1 : length)) {
                feed(beginning, 0, length);
            }
        }
        while (!open.isEmpty()) {
            if (inHeader) {
                endHeaderEarly(offset);
            }
            current().bodyEnd = offset;
            open.removeLast();
        }
    }
}
