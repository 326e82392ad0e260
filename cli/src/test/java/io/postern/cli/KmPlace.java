package io.postern.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// A vault with 2 of 3 shares in a folder, made by the command.
record KmPlace(Path folder) {
    void made() throws IOException {
        for (var name : List.of("one", "two", "shares", "out", "letters")) {
            Files.createDirectory(
                    folder.resolve(name),
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        }
        var words =
                ("init --organization Example --country CH --ca-key p-384 --url http://pki.example.com/km"
                                + " --shares 2/3 --shares-to shares --write-to one --backup-to two --verify-from two")
                        .split(" ", -1);
        var made = run("", words);
        assertEquals(0, made.code(), made.err());
    }

    World.Result run(String input, String... words) {
        var all = new ArrayList<String>(List.of("km"));
        all.addAll(Arrays.asList(words));
        all.addAll(List.of("--data", "data"));
        return new World(folder, Map.of("POSTERN_SENDMAIL", "127.0.0.1:1"))
                .runWith(input, all.toArray(String[]::new));
    }

    String key() throws IOException {
        try (var files = Files.list(folder.resolve("one"))) {
            return Files.readString(files.findFirst().orElseThrow());
        }
    }

    String shares() throws IOException {
        var all = new StringBuilder();
        try (var files = Files.list(folder.resolve("shares"))) {
            for (var file : files.sorted().limit(2).toList()) {
                all.append(Files.readString(file));
            }
        }
        return all.toString();
    }
}
