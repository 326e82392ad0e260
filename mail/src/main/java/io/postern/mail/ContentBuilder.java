package io.postern.mail;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Builds a [Content] from octets as they pass: header section parsed, body kept in memory up to a
/// threshold and then in a file of mode 0600.
///
/// The first empty line ends the header section (RFC 5322 §2.1); a message that begins with one has
/// an empty header section, a message without one is all header. Only CRLF ends a line.
///
/// For one thread. Holds next to nothing until octets come. A file that fails is remembered, the
/// rest is swallowed, and [#finish] throws. Files left by a process that died are the caller's to
/// delete: all that is in the spool folder when the process starts.
public final class ContentBuilder implements AutoCloseable {
    /// Above this many octets of body the file begins: 256 KiB.
    public static final int DEFAULT_MEMORY_THRESHOLD = 256 * 1024;

    private static final int FIRST_HEADER = 2048;

    /// How it ended.
    public sealed interface Built {
        /// A content; whoever asked closes it.
        record Ok(Content content) implements Built {}

        /// No content: the peer's fault, permanent.
        ///
        /// @param why in words, for a reply
        record Refused(Reason reason, String why) implements Built {}
    }

    /// What was wrong with the header section.
    public enum Reason {
        HEADER_TOO_LARGE,
        HEADER_MALFORMED
    }

    private final HeaderLimits limits;
    private final BodyTap tap;
    private final BodyBuffer body;
    private byte[] headerOctets = new byte[0];
    private int headerLength;
    private long size;

    // How much of CRLF CRLF was just seen. A message begins as if after a CRLF.
    private int endSeen = 2;
    private @Nullable HeaderFields header;
    private Built.@Nullable Refused refused;

    /// A builder that has seen nothing yet.
    ///
    /// @param spoolFolder where bodies above the threshold go; exists and is ours alone
    /// @param memoryThreshold octets of body kept in memory
    /// @param tap sees the body as it passes
    public ContentBuilder(
            Path spoolFolder, int memoryThreshold, HeaderLimits headerLimits, BodyTap tap) {
        this.limits = headerLimits;
        this.tap = tap;
        this.body = new BodyBuffer(spoolFolder, memoryThreshold);
    }

    /// The next octets. Never throws for what they are, nor for a full disk.
    public void write(byte[] octets, int offset, int length) {
        size += length;
        int at = offset;
        int end = offset + length;
        if (header == null && refused == null) {
            at = takeHeader(octets, offset, end);
        }
        if (at < end && refused == null) {
            tap.body(octets, at, end - at);
            body.write(octets, at, end - at);
        }
    }

    /// Takes octets up to the empty line; returns where the body begins, or `end`.
    private int takeHeader(byte[] octets, int from, int end) {
        for (int i = from; i < end; i++) {
            byte b = octets[i];
            if (b == '\n') {
                endSeen = (endSeen & 1) == 1 ? endSeen + 1 : 0;
                if (endSeen == 4) {
                    keepHeader(octets, from, i + 1 - from);
                    // The empty line is not part of the section.
                    endHeader(headerLength - 2);
                    return i + 1;
                }
            } else if (b == '\r') {
                endSeen = endSeen == 2 ? 3 : 1;
            } else {
                endSeen = 0;
            }
        }
        keepHeader(octets, from, end - from);
        return end;
    }

    private void keepHeader(byte[] octets, int from, int length) {
        // The empty line may come on top of what is allowed.
        if (refused != null || headerLength + (long) length > limits.maxBytes() + 2L) {
            refuse(
                    Reason.HEADER_TOO_LARGE,
                    "header section of more than " + limits.maxBytes() + " octets");
            return;
        }
        int need = headerLength + length;
        if (need > headerOctets.length) {
            long grown = Math.max(FIRST_HEADER, headerOctets.length * 2L);
            headerOctets =
                    Arrays.copyOf(
                            headerOctets,
                            (int) Math.max(need, Math.min(grown, limits.maxBytes() + 2L)));
        }
        System.arraycopy(octets, from, headerOctets, headerLength, length);
        headerLength = need;
    }

    private void endHeader(int length) {
        if (refused != null) {
            return;
        }
        switch (HeaderParser.parse(headerOctets, 0, length, limits)) {
            case HeaderParse.Parsed(var fields, var defects) -> {
                if (defects.isEmpty()) {
                    header = fields;
                } else {
                    refuse(Reason.HEADER_MALFORMED, words(defects));
                }
            }
            case HeaderParse.TooLarge(var why) -> refuse(Reason.HEADER_TOO_LARGE, why);
        }
        headerOctets = new byte[0];
    }

    private static String words(List<HeaderDefect> defects) {
        var first = defects.getFirst();
        return defects.size() == 1 ? first.toString() : first + ", and more";
    }

    private void refuse(Reason reason, String why) {
        if (refused == null) {
            refused = new Built.Refused(reason, why);
            headerOctets = new byte[0];
            headerLength = 0;
        }
    }

    /// Octets written so far.
    public long size() {
        return size;
    }

    /// All octets are there. Called once.
    ///
    /// @throws IOException when the file could not be written: temporary
    public Built finish() throws IOException {
        if (header == null && refused == null) {
            endHeader(headerLength);
        }
        var fields = header;
        if (fields == null || refused != null) {
            body.close();
            if (refused == null) {
                throw new IllegalStateException("neither header nor refusal");
            }
            return refused;
        }
        return new Built.Ok(body.finish(fields));
    }

    /// Deletes what was written, unless [#finish] gave it away as a content. Idempotent.
    @Override
    public void close() {
        body.close();
    }
}
