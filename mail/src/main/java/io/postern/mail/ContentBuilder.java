package io.postern.mail;

import java.io.IOException;
import java.nio.file.Path;

/// Builds a [Content] from octets as they pass: header section parsed, body kept in memory up to a
/// threshold and then in a file of mode 0600.
///
/// For one thread. Holds next to nothing until octets come. A file that fails is remembered, the
/// rest is swallowed, and [#finish] throws. Files left by a process that died are the caller's to
/// delete: all that is in the spool folder when the process starts.
public final class ContentBuilder implements AutoCloseable {
    /// Above this many octets of body the file begins: 256 KiB.
    public static final int DEFAULT_MEMORY_THRESHOLD = 256 * 1024;

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

    /// A builder that has seen nothing yet.
    ///
    /// @param spoolFolder where bodies above the threshold go; exists and is ours alone
    /// @param memoryThreshold octets of body kept in memory
    /// @param tap sees the body as it passes
    public ContentBuilder(
            Path spoolFolder, int memoryThreshold, HeaderLimits headerLimits, BodyTap tap) {
    }

    /// The next octets. Never throws for what they are, nor for a full disk.
    public void write(byte[] octets, int offset, int length) {}

    /// Octets written so far.
    public long size() {
        return 0;
    }

    /// All octets are there. Called once.
    ///
    /// @throws IOException when the file could not be written: temporary
    public Built finish() throws IOException {
        return Stub.missing();
    }

    /// Deletes what was written, unless [#finish] gave it away as a content. Idempotent.
    @Override
    public void close() {}
}
