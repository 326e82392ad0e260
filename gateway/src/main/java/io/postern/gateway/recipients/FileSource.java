package io.postern.gateway.recipients;

import io.postern.gateway.config.Durations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Recipients in a text file that is read again when it changes.
///
/// A change is taken when the file has stood still from one look to the next, so that one which is
/// being written is not read half; whole, or not at all. While the file is broken or gone, the list
/// that was read last goes on to answer, and one warning is written. Before anything was read, it
/// answers that it can't say.
///
/// It looks at size, time and identity of the file rather than wait for the system to report: that
/// works on every file system, and when the file is replaced by renaming.
final class FileSource implements Source {
    private static final Logger LOG = LoggerFactory.getLogger(FileSource.class);

    private final Path file;
    private final InstantSource clock;
    private final AddressDigest digest;
    private volatile State state;
    private @Nullable Stamp taken;
    private @Nullable Stamp seen;

    /// What tells one content of the file from another.
    private record Stamp(long size, FileTime changed, @Nullable Object identity) {}

    /// @param table of the last good reading
    /// @param read when that was
    /// @param trouble what is wrong with the file now; empty when nothing is
    private record State(@Nullable AddressTable table, Instant read, String trouble) {}

    FileSource(Path file, InstantSource clock, RandomGenerator random) {
        this.file = file;
        this.clock = clock;
        digest = AddressDigest.random(random);
        state = new State(null, clock.instant(), "not read yet");
        seen = stamp();
        refresh();
    }

    @Override
    public Found find(NormalAddress address) {
        var now = state;
        if (now.table() == null) {
            return new Found.Unavailable(name() + ": " + now.trouble());
        }
        var words = name() + " (" + describe(now) + ")";
        return now.table()
                .match(address)
                .<Found>map(entry -> new Found.Known(words + ": " + entry))
                .orElseGet(() -> new Found.Unknown(words));
    }

    @Override
    public Standing standing() {
        var now = state;
        return new Standing(
                name(),
                now.table() != null,
                now.table() == null ? OptionalLong.empty() : OptionalLong.of(now.table().size()),
                Optional.of(now.read()),
                now.trouble());
    }

    private String name() {
        return "file " + file;
    }

    private String describe(State now) {
        var age = Duration.between(now.read(), clock.instant());
        return "read "
                + Durations.print(Duration.ofSeconds(Math.max(0, age.toSeconds())))
                + " ago"
                + (now.trouble().isEmpty() ? "" : "; since then " + now.trouble());
    }

    @Override
    public synchronized void refresh() {
        var stamp = stamp();
        if (stamp == null) {
            seen = null;
            taken = null;
            trouble("the file can't be found");
            return;
        }
        boolean still = stamp.equals(seen);
        seen = stamp;
        if (!still || stamp.equals(taken)) {
            return;
        }
        taken = stamp;
        read(stamp);
    }

    private void read(Stamp stamp) {
        var builder = new AddressTable.Builder(digest);
        try (var in = Files.newInputStream(file)) {
            switch (AddressFile.read(in, entry -> builder.add(entry.normal()))) {
                case AddressFile.Parsed.Bad(var line, var why) ->
                        trouble(line == 0 ? "the file " + why : "line " + line + " " + why);
                case AddressFile.Parsed.Ok _ when !stamp.equals(stamp()) -> {
                    taken = null;
                    if (state.table() == null) {
                        trouble("the file is being written");
                    }
                }
                case AddressFile.Parsed.Ok _ -> {
                    var before = state.table();
                    state = new State(builder.build(), clock.instant(), "");
                    LOG.info(
                            "{}: {} recipients{}",
                            name(),
                            builder.size(),
                            before == null ? "" : ", " + before.size() + " before");
                }
            }
        } catch (IOException e) {
            taken = null;
            trouble("the file can't be read: " + e.getClass().getSimpleName());
        }
    }

    /// Warns once of each.
    private void trouble(String what) {
        var now = state;
        if (now.trouble().equals(what)) {
            return;
        }
        state = new State(now.table(), now.read(), what);
        LOG.warn(
                "{}: {}; {}",
                name(),
                what,
                now.table() == null
                        ? "its recipients are answered 451 until it is put right"
                        : "the list read before it stays in force until it is put right");
    }

    private @Nullable Stamp stamp() {
        try {
            var facts = Files.readAttributes(file, BasicFileAttributes.class);
            return facts.isRegularFile()
                    ? new Stamp(facts.size(), facts.lastModifiedTime(), facts.fileKey())
                    : null;
        } catch (NoSuchFileException _) {
            return null;
        } catch (IOException e) {
            LOG.debug("{}", file, e);
            return null;
        }
    }
}
