package io.postern.mail;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Keeps the octets of a body in memory up to a threshold and while there is [Room], then in a
/// file.
///
/// For one thread. Every array and every octet of the file is asked for first: without memory the
/// file begins early and its buffer is small, or there is none; without disk the body fails. The
/// first failure of the file is remembered, the rest swallowed, and [#finish] throws it.
final class BodyBuffer extends OutputStream {
    private static final int FIRST = 4096;
    private static final int FILE_BUFFER = 64 * 1024;
    private static final byte[] NOTHING = new byte[0];

    private final Path folder;
    private final int threshold;
    private final Room room;
    private final BodyFacts facts = new BodyFacts();
    private byte[] memory = NOTHING;
    private int inMemory;
    private long size;
    private long spooled;
    private @Nullable Path file;
    private @Nullable OutputStream out;
    private @Nullable IOException failure;
    private boolean finished;

    BodyBuffer(Path folder, int threshold) {
        this(folder, threshold, Room.unbounded());
    }

    BodyBuffer(Path folder, int threshold, Room room) {
        this.folder = folder;
        this.threshold = threshold;
        this.room = room;
    }

    long size() {
        return size;
    }

    @Override
    public void write(int octet) {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] octets, int offset, int length) {
        facts.take(octets, offset, length);
        size += length;
        if (failure != null) {
            return;
        }
        try {
            if (file == null && (inMemory + (long) length > threshold || !grow(length))) {
                beginFile();
            }
            if (file != null && inMemory + length > memory.length) {
                flushMemory();
                if (length >= memory.length) {
                    toFile(octets, offset, length);
                    return;
                }
            }
            System.arraycopy(octets, offset, memory, inMemory, length);
            inMemory += length;
        } catch (IOException e) {
            failure = e;
            dropFile();
        }
    }

    /// Makes memory for so many octets more; false when there is no room for them.
    private boolean grow(int more) {
        int need = inMemory + more;
        if (need > memory.length) {
            long twice = Math.max(FIRST, memory.length * 2L);
            int grown = (int) Math.max(need, Math.min(twice, threshold));
            if (!room.take(grown - memory.length)) {
                return false;
            }
            memory = Arrays.copyOf(memory, grown);
        }
        return true;
    }

    private void beginFile() throws IOException {
        var created =
                Files.createTempFile(
                        folder,
                        "content-",
                        ".body",
                        PosixFilePermissions.asFileAttribute(
                                Set.of(
                                        PosixFilePermission.OWNER_READ,
                                        PosixFilePermission.OWNER_WRITE)));
        file = created;
        out = Files.newOutputStream(created);
        flushMemory();
        dropMemory();
        memory = fileBuffer();
    }

    private byte[] fileBuffer() {
        return room.take(FILE_BUFFER)
                ? new byte[FILE_BUFFER]
                : room.take(FIRST) ? new byte[FIRST] : NOTHING;
    }

    private void dropMemory() {
        room.give(memory.length);
        memory = NOTHING;
        inMemory = 0;
    }

    private void flushMemory() throws IOException {
        toFile(memory, 0, inMemory);
        inMemory = 0;
    }

    private void toFile(byte[] octets, int offset, int length) throws IOException {
        if (!room.spool(length)) {
            throw new NoRoomException("no room on the disk for " + size + " octets of body");
        }
        spooled += length;
        requireOut().write(octets, offset, length);
    }

    private OutputStream requireOut() {
        var stream = out;
        if (stream == null) {
            throw new IllegalStateException("no file yet");
        }
        return stream;
    }

    /// The content of that header section over what was written. Called once; the content then owns
    /// the file.
    Content finish(HeaderFields header) throws IOException {
        if (failure == null && out != null) {
            try {
                flushMemory();
                out.close();
                out = null;
            } catch (IOException e) {
                failure = e;
            }
        }
        if (failure != null) {
            dropFile();
            throw failure;
        }
        finished = true;
        var written = file;
        if (written == null) {
            return inMemoryContent(header);
        }
        dropMemory();
        long onDisk = spooled;
        return BodyContent.elsewhere(
                header,
                size,
                facts::with,
                () -> Files.newInputStream(written),
                () -> {
                    delete(written);
                    room.unspool(onDisk);
                });
    }

    private Content inMemoryContent(HeaderFields header) {
        var octets = memory;
        memory = NOTHING;
        // A message may wait in memory for its delivery: a quarter of air is all it may keep.
        if (octets.length - inMemory > octets.length / 4) {
            octets = Arrays.copyOf(octets, inMemory);
        }
        return MemoryContent.of(header, octets, inMemory, facts);
    }

    /// Deletes the file unless it was given away. Idempotent.
    @Override
    public void close() {
        if (!finished) {
            finished = true;
            dropFile();
        }
    }

    private void dropFile() {
        dropMemory();
        if (out != null) {
            try {
                out.close();
            } catch (IOException e) {
                // The file goes anyway.
                if (failure != null && !e.equals(failure)) {
                    failure.addSuppressed(e);
                }
            }
            out = null;
        }
        if (file != null) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                if (failure != null && !e.equals(failure)) {
                    failure.addSuppressed(e);
                }
            }
            file = null;
        }
        room.unspool(spooled);
        spooled = 0;
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException("spool file could not be deleted", e);
        }
    }
}
