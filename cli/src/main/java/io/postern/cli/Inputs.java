package io.postern.cli;

import io.postern.mail.BodyTap;
import io.postern.mail.Content;
import io.postern.mail.ContentBuilder;
import io.postern.mail.HeaderLimits;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// Messages from files and standard input.
final class Inputs {
    private static final int BUFFER = 64 * 1024;

    private Inputs() {}

    /// A message, whole: its header section in memory, a large body in a file of the system's
    /// temporary folder that the content deletes when closed.
    ///
    /// Lines of a message kept as Unix keeps text end with LF; if the first one does, all are taken
    /// so, and become CRLF as on the wire. Otherwise no octet is changed.
    ///
    /// @param file `-` for standard input
    /// @param tap sees the body pass
    static Content message(Io io, Path file, BodyTap tap) {
        try (var in = open(io, file);
                var builder =
                        new ContentBuilder(
                                temporary(),
                                ContentBuilder.DEFAULT_MEMORY_THRESHOLD,
                                HeaderLimits.DEFAULT,
                                tap)) {
            var octets = new byte[BUFFER];
            int count = in.readNBytes(octets, 0, BUFFER);
            boolean unix = firstLineEndsWithLf(octets, count);
            var lines = new CrlfLines();
            while (count > 0) {
                if (unix) {
                    lines.write(octets, count, builder);
                } else {
                    builder.write(octets, 0, count);
                }
                count = in.readNBytes(octets, 0, BUFFER);
            }
            return content(file, builder);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static Content content(Path file, ContentBuilder builder) throws IOException {
        return switch (builder.finish()) {
            case ContentBuilder.Built.Ok(var content) -> content;
            case ContentBuilder.Built.Refused(_, var why) ->
                    throw Failure.of(name(file) + " is not a message: " + why, "");
        };
    }

    static Path temporary() {
        return Path.of(System.getProperty("java.io.tmpdir", "/tmp"));
    }

    private static InputStream open(Io io, Path file) throws IOException {
        return file.toString().equals("-")
                ? new BufferedInputStream(io.in(), BUFFER)
                : Files.newInputStream(io.file(file));
    }

    private static boolean firstLineEndsWithLf(byte[] octets, int count) {
        for (int i = 0; i < count; i++) {
            if (octets[i] == '\n') {
                return i == 0 || octets[i - 1] != '\r';
            }
        }
        return false;
    }

    /// What to say of a file that can't be read.
    static Failure unreadable(Path file, IOException e) {
        if (e instanceof NoSuchFileException) {
            return new Failure("there is no file " + name(file), e);
        }
        return new Failure(name(file) + " can't be read: " + e, e);
    }

    private static String name(Path file) {
        return file.toString().equals("-") ? "standard input" : file.toString();
    }

    /// Makes CRLF of every LF that has no CR before it.
    static final class CrlfLines {
        private byte[] out = new byte[0];
        private boolean afterCr;

        void write(byte[] octets, int count, ContentBuilder builder) {
            if (out.length < 2 * count) {
                out = new byte[2 * count];
            }
            int length = 0;
            for (int i = 0; i < count; i++) {
                byte octet = octets[i];
                if (octet == '\n' && !afterCr) {
                    out[length++] = '\r';
                }
                out[length++] = octet;
                afterCr = octet == '\r';
            }
            builder.write(out, 0, length);
        }
    }
}
