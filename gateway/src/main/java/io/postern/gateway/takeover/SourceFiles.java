package io.postern.gateway.takeover;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The files of the old set-up, on this machine or in a copy of another one's. Names are those of
/// the old machine. Reading is bounded: per file, in number and in all. Confined to one thread.
final class SourceFiles {
    /// No file that a person keeps by hand is larger.
    static final long SETTINGS = 1L << 20;

    /// A table may be made by a program.
    static final long TABLE = 16L << 20;

    private static final int MOST_FILES = 1000;
    private static final long MOST_OCTETS = 64L << 20;
    private static final int MOST_LINES = 500_000;
    private static final int MOST_ENTRIES = 10_000;

    private final Optional<Path> root;
    private int files;
    private long octets;

    /// @param root of the copy; every file that is read must lie in it
    SourceFiles(Optional<Path> root) {
        this.root = root.map(path -> path.toAbsolutePath().normalize());
    }

    /// What came of a file.
    sealed interface Read {
        /// Its lines, without their ends. Octets that are no UTF-8 are U+FFFD.
        record Ok(Path name, List<String> lines) implements Read {
            public Ok {
                lines = List.copyOf(lines);
            }

            Place at(int index) {
                return new Place(name.toString(), index + 1);
            }
        }

        /// It can't be read.
        record Bad(String why, String remedy) implements Read {}
    }

    /// A file of text.
    Read read(Path name, long most) {
        return switch (octets(name, most)) {
            case Octets.Ok(var found) -> lines(name, found);
            case Octets.Bad(var bad) -> bad;
        };
    }

    /// What came of the octets of a file.
    sealed interface Octets {
        @SuppressWarnings("ArrayRecordComponent") // handed on once, never compared
        record Ok(byte[] octets) implements Octets {}

        record Bad(Read.Bad bad) implements Octets {}
    }

    Octets octets(Path name, long most) {
        var file = locate(name);
        try {
            if (root.isPresent() && !file.toRealPath().startsWith(root.get().toRealPath())) {
                return bad(
                        "it leads out of --root",
                        "put what it points to into the copy, as `rsync -L` does");
            }
            // A pipe or a device would block, or have no end.
            var kind = Files.readAttributes(file, BasicFileAttributes.class);
            if (!kind.isRegularFile()) {
                return bad(
                        kind.isDirectory() ? "it is a folder" : "it is no regular file",
                        "name a file");
            }
            if (files >= MOST_FILES || octets >= MOST_OCTETS) {
                return bad(
                        "too much was read already (at most " + MOST_FILES + " files, 64 MiB)",
                        "take it over in parts");
            }
            files++;
            byte[] found;
            try (var in = Files.newInputStream(file)) {
                found = in.readNBytes((int) most + 1);
            }
            octets += found.length;
            return found.length > most
                    ? bad(
                            "it is larger than " + (most >> 10) + " KiB",
                            "name the file that was meant")
                    : new Octets.Ok(found);
        } catch (IOException e) {
            return new Octets.Bad(unreadable(e));
        }
    }

    private static Octets.Bad bad(String why, String remedy) {
        return new Octets.Bad(new Read.Bad(why, remedy));
    }

    static Read.Bad unreadable(IOException e) {
        return switch (e) {
            case NoSuchFileException _ ->
                    new Read.Bad("there is no such file", "see that it is there, or give --root");
            case AccessDeniedException _ ->
                    new Read.Bad(
                            "this user may not read it", "run it as root, or as the file's owner");
            case FileSystemLoopException _ ->
                    new Read.Bad("its links go in a circle", "mend the links");
            default -> new Read.Bad("it can't be read (" + e + ")", "see to the file");
        };
    }

    private static Read lines(Path name, byte[] octets) {
        var text = new String(octets, StandardCharsets.UTF_8);
        var lines = new ArrayList<String>();
        for (int at = 0; at < text.length(); ) {
            int end = text.indexOf('\n', at);
            end = end < 0 ? text.length() : end;
            if (lines.size() == MOST_LINES) {
                return new Read.Bad("it has more than 500,000 lines", "take it over by hand");
            }
            int last = end > at && text.charAt(end - 1) == '\r' ? end - 1 : end;
            lines.add(text.substring(at, last));
            at = end + 1;
        }
        return new Read.Ok(name, lines);
    }

    /// The file of that name; of a name that this system can't have (a NUL, or characters beyond
    /// its locale's), one that does not exist.
    ///
    /// @param folder relative names are taken from here
    static Path name(Path folder, String name) {
        try {
            return folder.resolve(name).normalize();
        } catch (InvalidPathException _) {
            return folder.resolve("no-name-of-a-file");
        }
    }

    /// Where a file of the old machine is on this one.
    Path locate(Path name) {
        var whole = Path.of("/").resolve(name).normalize();
        if (root.isEmpty()) {
            return whole;
        }
        return whole.startsWith(root.get())
                ? whole
                : root.get().resolve(Path.of("/").relativize(whole)).normalize();
    }

    boolean exists(Path name) {
        return Files.exists(locate(name));
    }

    /// The names of what is in a folder, sorted; empty when it can't be read. At most 10,000.
    List<String> entries(Path folder) {
        var at = locate(folder);
        try {
            if (root.isPresent() && !at.toRealPath().startsWith(root.get().toRealPath())) {
                return List.of();
            }
            try (var found = Files.newDirectoryStream(at)) {
                var names = new ArrayList<String>();
                for (var one : found) {
                    if (names.size() == MOST_ENTRIES) {
                        break;
                    }
                    names.add(String.valueOf(one.getFileName()));
                }
                names.sort(null);
                return names;
            }
        } catch (IOException | java.nio.file.DirectoryIteratorException _) {
            return List.of();
        }
    }
}
