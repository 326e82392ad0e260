package io.postern.testkit;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// Where the suites of real test cases are, if they are there.
public final class Corpora {
    private Corpora() {}

    /// The folder of that name inside the corpora (`-Dpostern.corpora=DIR`); when absent, says so
    /// in one line.
    public static Optional<Path> folder(String name) {
        var root = System.getProperty("postern.corpora", "../../shared/corpora");
        var folder = Path.of(root, name).normalize();
        if (Files.isDirectory(folder)) {
            return Optional.of(folder);
        }
        System.out.println("corpora: " + name + " is not at " + folder + ", its suite is not run");
        return Optional.empty();
    }
}
