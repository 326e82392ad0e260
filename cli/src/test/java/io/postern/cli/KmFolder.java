package io.postern.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// A folder with a vault in `data`, its unseal key and three shares, and the commands on it.
record KmFolder(Path folder) {
    static final String PASSPHRASE = "correct horse battery";

    /// With 2 of 3 shares.
    static KmFolder made(Path folder) {
        var made = new KmFolder(folder);
        for (var name : List.of("one", "two", "shares", "out")) {
            made.folder(name);
        }
        var init =
                made.run(
                        "",
                        ("km init --organization Example --country CH --ca-key p-384 --data data"
                                        + " --url http://pki.example.com/km --shares 2/3 --shares-to shares"
                                        + " --write-to one --backup-to two --verify-from two")
                                .split(" ", -1));
        assertEquals(0, init.code(), init.err());
        made.secret("passphrase", PASSPHRASE);
        return made;
    }

    void folder(String name) {
        try {
            Files.createDirectory(
                    folder.resolve(name),
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void secret(String name, String text) {
        try {
            Files.writeString(folder.resolve(name), text + "\n");
            Files.setPosixFilePermissions(
                    folder.resolve(name), PosixFilePermissions.fromString("rw-------"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    World.Result run(String input, String... words) {
        // Nobody listens there: what is told to owners of keys stays here.
        return new World(folder, Map.of("POSTERN_SENDMAIL", "127.0.0.1:1")).runWith(input, words);
    }

    /// A `postern km` command, with what standard input has.
    World.Result km(String input, String... words) {
        var all = new ArrayList<String>(List.of("km"));
        all.addAll(Arrays.asList(words));
        int end = all.indexOf("--");
        if (!words[0].equals("approver")) {
            all.addAll(end < 0 ? all.size() : end, List.of("--data", "data"));
        }
        return run(input, all.toArray(String[]::new));
    }

    /// The same, which works.
    String done(String input, String... words) {
        var result = km(input, words);
        assertEquals(0, result.code(), result.err());
        return result.out();
    }

    String key() {
        return read("one");
    }

    Path keyFile() {
        try (var files = Files.list(folder.resolve("one"))) {
            return files.findFirst().orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// All shares, a line each.
    String shares() {
        return read("shares");
    }

    private String read(String name) {
        try (var files = Files.list(folder.resolve(name))) {
            var text = new StringBuilder();
            for (var file : (Iterable<Path>) files.sorted()::iterator) {
                text.append(Files.readString(file));
            }
            return text.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Makes an approver's key in `NAME.key`, and has it added.
    void approver(String name) {
        var printed =
                done(
                        "",
                        "approver",
                        "new",
                        name,
                        "--out",
                        name + ".key",
                        "--passphrase-file",
                        "passphrase");
        var words = printed.strip().lines().reduce("", (_, last) -> last).split(" ", -1);
        assertEquals("approvers", words[2]);
        done(shares(), "approvers", "add", words[4], words[5]);
    }
}
