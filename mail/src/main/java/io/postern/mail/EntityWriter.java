package io.postern.mail;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Base64;

/// Writes a body anew by its plan, from front to back in one pass.
final class EntityWriter {
    private static final byte[] CRLF = {'\r', '\n'};

    private final InputStream in;
    private final OutputStream out;
    private final ContentRewriter.Target target;
    private final byte[] buffer = new byte[32 * 1024];
    private long position;

    EntityWriter(InputStream in, OutputStream out, ContentRewriter.Target target) {
        this.in = in;
        this.out = out;
        this.target = target;
    }

    /// Writes the body of that entity, whose header section stands elsewhere.
    void body(MimeNode node) throws IOException {
        switch (node.kind) {
            case LEAF -> leaf(node);
            case MESSAGE -> {
                for (var child : node.children) {
                    entity(child);
                }
                copy(node.bodyEnd, out);
            }
            case MULTIPART -> {
                for (var child : node.children) {
                    between(node, child.headerStart);
                    entity(child);
                }
                between(node, node.bodyEnd);
            }
        }
    }

    private void entity(MimeNode node) throws IOException {
        if (!node.touched) {
            copy(node.bodyEnd, out);
            return;
        }
        skip(node.bodyStart);
        out.write(header(node, target).toBytes());
        if (node.emptyLine) {
            out.write(CRLF);
        }
        body(node);
    }

    private void leaf(MimeNode node) throws IOException {
        switch (node.encoding) {
            case AS_IT_IS -> copy(node.bodyEnd, out);
            case QUOTED -> {
                var encoder = new QuotedPrintable(out);
                copy(node.bodyEnd, encoder);
                encoder.finish();
            }
            case BASE64 -> {
                // The encoder must be closed to pad; the stream below must not be.
                try (var encoder = Base64.getMimeEncoder().wrap(new Unclosed(out))) {
                    copy(node.bodyEnd, encoder);
                }
                out.write(CRLF);
            }
            case QUOTED_AGAIN -> repair(node, new EncodedRepair.QuotedLines(out));
            case BASE64_AGAIN -> repair(node, new EncodedRepair.Base64Lines(out));
        }
    }

    private void repair(MimeNode node, EncodedRepair repair) throws IOException {
        copy(node.bodyEnd, repair);
        repair.finish();
    }

    /// Preamble, delimiters, epilogue. RFC 2046 §5.1.1: what is no delimiter there is ignored.
    private void between(MimeNode node, long to) throws IOException {
        copy(to, node.bodyRewritten ? new IgnoredText(out) : out);
    }

    private void copy(long to, OutputStream sink) throws IOException {
        while (position < to) {
            int n = in.read(buffer, 0, (int) Math.min(buffer.length, to - position));
            if (n < 0) {
                return;
            }
            sink.write(buffer, 0, n);
            position += n;
        }
    }

    private void skip(long to) throws IOException {
        copy(to, OutputStream.nullOutputStream());
    }

    /// The header section of a touched entity.
    static HeaderFields header(MimeNode node, ContentRewriter.Target target) {
        var header = node.header;
        if (node.headerRewritten) {
            var folded = new ArrayList<HeaderField>();
            for (var field : header.fields()) {
                folded.add(HeaderFold.fold(field).orElse(field));
            }
            header = new HeaderFields(folded);
        }
        var word =
                switch (node.encoding) {
                    case QUOTED -> "quoted-printable";
                    case BASE64 -> "base64";
                    case QUOTED_AGAIN, BASE64_AGAIN -> "";
                    case AS_IT_IS -> identity(node, target);
                };
        return word.isEmpty()
                ? header
                : replaced(header, HeaderText.field(TransferEncoding.FIELD, word));
    }

    /// RFC 2045 §6.4: the label of what holds parts must be true of the parts.
    private static String identity(MimeNode node, ContentRewriter.Target target) {
        if (node.kind == MimeNode.Kind.LEAF || !node.header.has(TransferEncoding.FIELD)) {
            return "";
        }
        return target == ContentRewriter.Target.SEVEN_BIT ? "7bit" : "8bit";
    }

    /// The section with that field in place of those of its name, or below them all.
    static HeaderFields replaced(HeaderFields header, HeaderField field) {
        var fields = new ArrayList<HeaderField>();
        boolean done = false;
        for (var each : header.fields()) {
            if (!each.name().equalsIgnoreCase(field.name())) {
                fields.add(each);
            } else if (!done) {
                fields.add(field);
                done = true;
            }
        }
        if (!done) {
            fields.add(field);
        }
        return new HeaderFields(fields);
    }

    /// Text that nobody reads: what can't pass becomes `*`, and lines are cut where they must end.
    /// Neither makes a delimiter: no boundary may have a `*`, and delimiters are short.
    private static final class IgnoredText extends OutputStream {
        private static final int INSTEAD = '*';

        private final OutputStream out;
        private int column;
        private boolean afterCr;

        IgnoredText(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int octet) throws IOException {
            byte b = (byte) octet;
            if (b == '\n' && afterCr) {
                out.write(CRLF);
                column = 0;
                afterCr = false;
                return;
            }
            if (afterCr) {
                put(INSTEAD);
            }
            afterCr = b == '\r';
            if (!afterCr) {
                put(b <= 0 || b == '\n' ? INSTEAD : b);
            }
        }

        private void put(int b) throws IOException {
            if (column < HeaderFold.MAX_LINE) {
                out.write(b);
                column++;
            }
        }
    }

    /// A stream whose end is not the end of the one below.
    private static final class Unclosed extends OutputStream {
        private final OutputStream out;

        Unclosed(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int octet) throws IOException {
            out.write(octet);
        }

        @Override
        public void write(byte[] octets, int offset, int length) throws IOException {
            out.write(octets, offset, length);
        }
    }
}
