package io.postern.gateway.delivery;

import io.postern.mail.Content;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/// Puts messages into a maildir, one file a message, as they would have left.
final class CaptureTransport implements Transport {
    /// The data folder takes nothing that others may read.
    private static final FileAttribute<Set<PosixFilePermission>> OURS_ALONE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final Path folder;

    CaptureTransport(Path folder) {
        this.folder = folder;
    }

    @Override
    public Attempt send(Job job, Content content) {
        try {
            for (String part : List.of("tmp", "new", "cur")) {
                Files.createDirectories(folder.resolve(part), OURS_ALONE);
            }
            // One file a transaction: the same message may come again for other recipients.
            String name = job.id() + "." + job.recipients().getFirst().number() + ".eml";
            var unfinished = folder.resolve("tmp").resolve(name);
            try (var channel =
                            FileChannel.open(
                                    unfinished,
                                    StandardOpenOption.CREATE,
                                    StandardOpenOption.TRUNCATE_EXISTING,
                                    StandardOpenOption.WRITE);
                    var out = new BufferedOutputStream(Channels.newOutputStream(channel))) {
                content.writeTo(out);
                out.flush();
                channel.force(true);
            }
            var finished =
                    Files.move(
                            unfinished,
                            folder.resolve("new").resolve(name),
                            StandardCopyOption.ATOMIC_MOVE);
            return new Attempt.Done(
                    Collections.nCopies(
                            job.recipients().size(),
                            new Outcome.Delivered("captured in " + finished, false)));
        } catch (IOException e) {
            return new Attempt.Down("capture folder " + folder + " can't be written: " + e);
        }
    }

    @Override
    public void close() {}
}
