package io.postern.gateway.recipients;

import io.postern.gateway.config.Durations;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Recipients in a list of hashes that the inside pushes, kept in the data folder (0600) and
/// replaced whole.
///
/// A list that is older than its limit does not answer any more: who has left since would still get
/// mail, and who has come would be refused.
final class PushedSource implements Source {
    private static final Logger LOG = LoggerFactory.getLogger(PushedSource.class);

    /// A list from the future would never grow old. Clocks differ; not by more.
    private static final Duration SKEW = Duration.ofHours(1);

    /// Octets of one list: 33 a hash, and the domains.
    static final long MAX_OCTETS = 34L * AddressTable.MAX_ENTRIES + (4L << 20);

    private final String name;
    private final Path file;
    private final Duration limit;
    private final InstantSource clock;
    private volatile State state;

    private record State(@Nullable PushedList list, String trouble, boolean staleSaid) {}

    /// @param list its name
    /// @param file where it is kept; its folder is made if need be
    PushedSource(String list, Path file, Duration limit, InstantSource clock) {
        this.name = "pushed list " + list;
        this.file = file;
        this.limit = limit;
        this.clock = clock;
        this.state = load();
    }

    private State load() {
        try (var in = Files.newInputStream(file)) {
            return switch (PushedList.read(in)) {
                case PushedList.Parsed.Ok(var list) -> new State(list, "", false);
                case PushedList.Parsed.Bad(var why) -> {
                    LOG.warn("{}: {}; push it again", file, why);
                    yield new State(null, why, false);
                }
            };
        } catch (NoSuchFileException _) {
            return new State(null, "nothing has been pushed yet", false);
        } catch (IOException e) {
            LOG.warn("{} can't be read: {}", file, e.toString());
            return new State(null, "its file can't be read", false);
        }
    }

    @Override
    public Found find(NormalAddress address) {
        var list = state.list();
        if (list == null) {
            return new Found.Unavailable(name + ": " + state.trouble());
        }
        var age = age(list);
        var words = name + " (made " + Durations.print(age) + " ago)";
        if (age.compareTo(limit) > 0) {
            return new Found.Unavailable(words + ": older than " + Durations.print(limit));
        }
        if (!list.covers(address.domain())) {
            return new Found.Unavailable(words + ": does not cover " + address.domain());
        }
        return list.table().match(address).isPresent()
                ? new Found.Known(words)
                : new Found.Unknown(words);
    }

    private Duration age(PushedList list) {
        var age = Duration.between(list.made(), clock.instant());
        return age.isNegative() ? Duration.ZERO : Duration.ofSeconds(age.toSeconds());
    }

    @Override
    public Standing standing() {
        var now = state;
        var list = now.list();
        if (list == null) {
            return new Standing(name, false, OptionalLong.empty(), Optional.empty(), now.trouble());
        }
        boolean stale = age(list).compareTo(limit) > 0;
        return new Standing(
                name,
                !stale,
                OptionalLong.of(list.table().size()),
                Optional.of(list.made()),
                (stale ? "older than " + Durations.print(limit) + "; " : "")
                        + "covers "
                        + String.join(", ", list.names()));
    }

    /// Says once that a list has grown too old.
    @Override
    public void refresh() {
        var now = state;
        var list = now.list();
        if (list != null && !now.staleSaid() && age(list).compareTo(limit) > 0) {
            state = new State(list, now.trouble(), true);
            LOG.warn(
                    "the pushed list of recipients is older than {}: its recipients are answered 451"
                            + " until a new one is pushed",
                    Durations.print(limit));
        }
    }

    /// Takes a new list in place of the old one: whole, on stable storage and in memory, or not at
    /// all.
    synchronized PushedLists.Taken take(InputStream from) throws IOException {
        var incoming = incoming();
        try {
            long octets = copy(from, incoming);
            if (octets > MAX_OCTETS) {
                return new PushedLists.Taken.No("the list has more than " + MAX_OCTETS + " octets");
            }
            PushedList.Parsed parsed;
            try (var in = Files.newInputStream(incoming)) {
                parsed = PushedList.read(in);
            }
            return switch (parsed) {
                case PushedList.Parsed.Bad(var why) -> new PushedLists.Taken.No(why);
                case PushedList.Parsed.Ok(var list) -> install(list, incoming);
            };
        } finally {
            Files.deleteIfExists(incoming);
        }
    }

    private PushedLists.Taken install(PushedList list, Path incoming) throws IOException {
        if (list.made().isAfter(clock.instant().plus(SKEW))) {
            return new PushedLists.Taken.No(
                    "it was made in the future, at " + list.made() + "; set the clocks");
        }
        var before = state.list();
        if (before != null && list.made().isBefore(before.made())) {
            return new PushedLists.Taken.No(
                    "it was made at "
                            + list.made()
                            + ", and the list in force is newer: "
                            + before.made());
        }
        Files.move(incoming, file, StandardCopyOption.ATOMIC_MOVE);
        try (var folder = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
            folder.force(true);
        }
        state = new State(list, "", false);
        LOG.info(
                "a list of {} recipients was pushed, made at {}; covers {}",
                list.table().size(),
                list.made(),
                String.join(", ", list.names()));
        return new PushedLists.Taken.Yes(list.table().size(), list.made(), list.names());
    }

    private Path incoming() throws IOException {
        var mode = PosixFilePermissions.fromString("rwx------");
        Files.createDirectories(file.getParent(), PosixFilePermissions.asFileAttribute(mode));
        // Created with 0600.
        return Files.createTempFile(file.getParent(), "incoming", ".tmp");
    }

    private static long copy(InputStream from, Path to) throws IOException {
        try (OutputStream out = Files.newOutputStream(to, StandardOpenOption.WRITE)) {
            var buffer = new byte[1 << 16];
            long octets = 0;
            for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
                octets += n;
                if (octets > MAX_OCTETS) {
                    return octets;
                }
                out.write(buffer, 0, n);
            }
            out.flush();
            try (var channel = FileChannel.open(to, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            return octets;
        }
    }
}
