package io.postern.smtp.client;

import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/// Puts the content on the wire in large blocks, with dots doubled for DATA or as it is for BDAT.
/// RFC 5321 §4.5.2; RFC 3030 §2.
final class ContentWriter extends OutputStream {
    /// Octets of a block: as much as goes into one system call without being split.
    static final int BLOCK = 64 * 1024;

    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGHS = 0x8080808080808080L;
    private static final long DOTS = ONES * '.';
    private static final byte[] END = {'\r', '\n', '.', '\r', '\n'};

    /// Where blocks go; [Wire#write(Stage, byte[], int, int)].
    interface Blocks {
        void write(Stage stage, byte[] octets, int offset, int length);
    }

    private final Blocks wire;
    private final boolean stuffing;
    private final byte[] block;
    private int used;
    private long taken;
    private Stage stage = Stage.CONTENT;
    // The two octets before the next one. The content begins at the beginning of a line.
    private byte last = '\n';
    private byte lastButOne = '\r';

    /// @param block where octets are collected
    ContentWriter(Blocks wire, boolean stuffing, byte[] block) {
        this.wire = wire;
        this.stuffing = stuffing;
        this.block = block;
    }

    /// A size of block that holds such a content, its doubled dots and its end, if that is at all
    /// possible in one.
    static int blockFor(long size) {
        return (int) Math.min(BLOCK, size + size / 64 + 256);
    }

    /// Puts a line in front of the content.
    void command(String line) {
        var octets = (line + "\r\n").getBytes(StandardCharsets.US_ASCII);
        put(octets, 0, octets.length);
    }

    @Override
    public void write(int octet) {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] octets, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, octets.length);
        if (length == 0) {
            return;
        }
        taken += length;
        int end = offset + length;
        int from = offset;
        if (stuffing) {
            for (int dot = dot(octets, offset, end); dot < end; dot = dot(octets, dot + 1, end)) {
                // RFC 5321 §4.5.2: the dot at the beginning of a line is doubled. A bare LF, which
                // never gets here, would count as the end of a line too: a peer that takes it as
                // one must not see the end of the message there.
                if ((dot == offset ? last : octets[dot - 1]) == '\n') {
                    put(octets, from, dot - from);
                    put(octets, dot, 1);
                    from = dot;
                }
            }
        }
        put(octets, from, end - from);
        lastButOne = length > 1 ? octets[end - 2] : last;
        last = octets[end - 1];
    }

    /// Octets of content taken so far.
    long taken() {
        return taken;
    }

    /// Where the writing is; [Stage#END_OF_CONTENT] as soon as the last octet may be on the wire.
    Stage stage() {
        return stage;
    }

    /// Ends the content and writes what is left.
    void finish() {
        if (stuffing) {
            // RFC 5321 §4.1.1.4: the CRLF that ends the last line is part of the end; a content
            // that (by BDAT) came without one gets it here.
            int skipped = last == '\n' && lastButOne == '\r' ? 2 : 0;
            if (block.length - used < END.length) {
                flushBlock();
            }
            System.arraycopy(END, skipped, block, used, END.length - skipped);
            used += END.length - skipped;
        }
        stage = Stage.END_OF_CONTENT;
        flushBlock();
    }

    private void put(byte[] octets, int offset, int length) {
        int from = offset;
        int left = length;
        while (left > 0) {
            if (used == block.length) {
                flushBlock();
            }
            int count = Math.min(left, block.length - used);
            System.arraycopy(octets, from, block, used, count);
            used += count;
            from += count;
            left -= count;
        }
    }

    private void flushBlock() {
        wire.write(stage, block, 0, used);
        used = 0;
    }

    /// The first dot in `octets[from, end)`, or `end`; eight octets at a time.
    private static int dot(byte[] octets, int from, int end) {
        int i = from;
        for (; i + Long.BYTES <= end; i += Long.BYTES) {
            long different = (long) LONG.get(octets, i) ^ DOTS;
            long found = (different - ONES) & ~different & HIGHS;
            if (found != 0) {
                return i + (Long.numberOfTrailingZeros(found) >>> 3);
            }
        }
        while (i < end && octets[i] != '.') {
            i++;
        }
        return i;
    }
}
