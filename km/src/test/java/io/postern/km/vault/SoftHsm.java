package io.postern.km.vault;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;

/// SoftHSM 2, where it is installed, on a folder of tokens that is the test's own. The library
/// reads the name of its configuration once a process, from the environment that Surefire sets.
public final class SoftHsm {
    /// Where distributions put it.
    private static final List<Path> LIBRARIES =
            List.of(
                    Path.of("/usr/lib/softhsm/libsofthsm2.so"),
                    Path.of("/usr/lib64/pkcs11/libsofthsm2.so"));

    private SoftHsm() {}

    /// Its library; says in one line why its suite is not run when there is none.
    public static Optional<Path> library() {
        var found = LIBRARIES.stream().filter(Files::exists).findFirst();
        if (found.isEmpty() || System.getenv("SOFTHSM2_CONF") == null) {
            System.out.println(
                    "softhsm2 is not installed, or SOFTHSM2_CONF not set: its suite is not run");
            return Optional.empty();
        }
        return found;
    }

    /// An empty token. The library sees it only when it was made before its first use in a process.
    public static void token(String label, String pin) {
        try {
            var configuration = Path.of(System.getenv("SOFTHSM2_CONF"));
            var folder = configuration.resolveSibling("softhsm-tokens").toAbsolutePath();
            if (Files.notExists(configuration)) {
                if (Files.notExists(folder)) {
                    Files.createDirectory(
                            folder,
                            PosixFilePermissions.asFileAttribute(
                                    PosixFilePermissions.fromString("rwx------")));
                }
                Files.writeString(
                        configuration,
                        "directories.tokendir = %s%nobjectstore.backend = file%nlog.level = ERROR%n"
                                .formatted(folder));
            }
            run("--delete-token", "--token", label);
            if (run(
                            "--init-token",
                            "--free",
                            "--label",
                            label,
                            "--pin",
                            pin,
                            "--so-pin",
                            "87654321")
                    != 0) {
                throw new AssertionError("softhsm2-util makes no token");
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static int run(String... words) {
        var all = new java.util.ArrayList<>(List.of("softhsm2-util"));
        all.addAll(List.of(words));
        try {
            var process =
                    new ProcessBuilder(all)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            return process.waitFor();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
