package io.postern.mail;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Builds a [Content] from octets as they pass: header section parsed, body kept in memory up to a
/// threshold and then in a file of mode 0600.
///
/// The first empty line ends the header section (RFC 5322 §2.1); a message that begins with one has
/// an empty header section, a message without one is all header. Only CRLF ends a line.
///
/// For one thread. Holds next to nothing until octets come, and asks its [Room] before it keeps
/// more. A file that fails, or a header section without room, is remembered, the rest is swallowed,
/// and [#finish] throws. Files left by a process that died are the caller's to delete: all that is
/// in the spool folder when the process starts.
public final class ContentBuilder implements AutoCloseable {
    /// Above this many octets of body the file begins: 256 KiB.
    public static final int DEFAULT_MEMORY_THRESHOLD = 256 * 1024;

    private static final int FIRST_HEADER = 2048;
    private static final Pattern MBOX_LINE = Pattern.compile(">?From (?![ \\t]*:)[^\r\n]*\r\n");

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
    private final Room room;
    private byte[] headerOctets = new byte[0];
    private int headerLength;
    private long size;

    // How much of CRLF CRLF was just seen. A message begins as if after a CRLF.
    private int endSeen = 2;
    private @Nullable HeaderFields header;
    private Built.@Nullable Refused refused;
    private boolean noRoom;
    private boolean repairing;
    private final List<String> repairs = new ArrayList<>(0);

    /// A builder that has seen nothing yet.
    ///
    /// @param spoolFolder where bodies above the threshold go; exists and is ours alone
    /// @param memoryThreshold octets of body kept in memory
    /// @param tap sees the body as it passes
    public ContentBuilder(
            Path spoolFolder, int memoryThreshold, HeaderLimits headerLimits, BodyTap tap) {
        this(spoolFolder, memoryThreshold, headerLimits, tap, Room.unbounded());
    }

    /// The same within bounds.
    ///
    /// @param room asked before memory and disk are taken
    public ContentBuilder(
            Path spoolFolder,
            int memoryThreshold,
            HeaderLimits headerLimits,
            BodyTap tap,
            Room room) {
        this.limits = headerLimits;
        this.tap = tap;
        this.room = room;
        this.body = new BodyBuffer(spoolFolder, memoryThreshold, room);
    }

    /// From now on a header section that ends without its empty line is given one, and the
    /// separator of an mbox before the first field is dropped, as Postfix and sendmail do. Called
    /// before the first octet.
    ///
    /// What comes out has one reading only, so it can be signed: from the line that is no field on,
    /// all is body, fields or not.
    public ContentBuilder repairing() {
        repairing = true;
        return this;
    }

    /// What was repaired, in words, for the decision record; empty when nothing was.
    public List<String> repairs() {
        return List.copyOf(repairs);
    }

    /// The next octets. Never throws for what they are, nor for a full disk.
    public void write(byte[] octets, int offset, int length) {
        size += length;
        int at = offset;
        int end = offset + length;
        if (header == null && !over()) {
            at = takeHeader(octets, offset, end);
        }
        if (at < end && !over()) {
            tap.body(octets, at, end - at);
            body.write(octets, at, end - at);
        }
    }

    /// Whether it is known that there will be no content.
    private boolean over() {
        return refused != null || noRoom;
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
            long twice = Math.max(FIRST_HEADER, headerOctets.length * 2L);
            int grown = (int) Math.max(need, Math.min(twice, limits.maxBytes() + 2L));
            if (!room.take(grown - headerOctets.length)) {
                noRoom = true;
                dropHeader();
                return;
            }
            headerOctets = Arrays.copyOf(headerOctets, grown);
        }
        System.arraycopy(octets, from, headerOctets, headerLength, length);
        headerLength = need;
    }

    private void endHeader(int length) {
        if (over()) {
            return;
        }
        int start = repairing ? mboxLine(length) : 0;
        int end = length;
        var parse = HeaderParser.parse(headerOctets, start, end, limits);
        if (repairing
                && parse instanceof HeaderParse.Parsed(_, var defects)
                && !defects.isEmpty()
                && lineOf(start, defects.getFirst()) > start) {
            end = lineOf(start, defects.getFirst());
            repairs.add("empty line put before octet " + end + ", which begins no header field");
            parse = HeaderParser.parse(headerOctets, start, end, limits);
        }
        switch (parse) {
            case HeaderParse.Parsed(var fields, var defects) -> {
                if (defects.isEmpty()) {
                    header = fields;
                    tap.header(fields);
                } else {
                    refuse(Reason.HEADER_MALFORMED, words(defects));
                }
            }
            case HeaderParse.TooLarge(var why) -> refuse(Reason.HEADER_TOO_LARGE, why);
        }
        if (end < length && refused == null) {
            tap.body(headerOctets, end, headerLength - end);
            body.write(headerOctets, end, headerLength - end);
            headerLength = end;
        }
        // Its octets are in the fields now, and stay counted with them.
        headerOctets = new byte[0];
    }

    /// Octets of the mbox separator (RFC 4155) that begins the section, 0 when none does. A From
    /// field may have white space before its colon (RFC 5322 §4.5).
    private int mboxLine(int length) {
        var found = MBOX_LINE.matcher(new String(headerOctets, 0, length, ISO_8859_1));
        if (!found.lookingAt()) {
            return 0;
        }
        repairs.add("mbox separator before the header dropped");
        return found.end();
    }

    /// Where the line begins that is no field; `start` when the defect is another.
    private int lineOf(int start, HeaderDefect defect) {
        int at =
                switch (defect.kind()) {
                    case LINE_WITHOUT_COLON, BAD_NAME -> start + defect.at();
                    case LEADING_WHITE_SPACE, BARE_CR, BARE_LF, NUL -> start;
                };
        while (at > start && headerOctets[at - 1] != '\n') {
            at--;
        }
        return at;
    }

    private static String words(List<HeaderDefect> defects) {
        var first = defects.getFirst();
        return defects.size() == 1 ? first.toString() : first + ", and more";
    }

    private void refuse(Reason reason, String why) {
        if (refused == null) {
            refused = new Built.Refused(reason, why);
            dropHeader();
        }
    }

    private void dropHeader() {
        room.give(headerOctets.length);
        headerOctets = new byte[0];
        headerLength = 0;
    }

    /// Octets written so far.
    public long size() {
        return size;
    }

    /// All octets are there. Called once.
    ///
    /// @throws NoRoomException when there was no room for it: temporary
    /// @throws IOException when the file could not be written: temporary
    public Built finish() throws IOException {
        if (header == null && !over()) {
            endHeader(headerLength);
        }
        if (noRoom) {
            body.close();
            throw new NoRoomException("no memory for the header section");
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
