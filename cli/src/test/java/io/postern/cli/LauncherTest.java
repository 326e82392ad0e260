package io.postern.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The launcher itself, copied beside a build that is none and JDKs that only say how they were
/// called. It looks for a release that no machine has, so that only those are found.
@DisplayName("./postern")
class LauncherTest {
    private static final String JAVA =
            """
            #!/bin/sh
            echo "jdk ${0%/bin/java}"
            echo "in $PWD"
            while [ "$1" != io.postern.cli.Main ]; do shift; done
            shift
            for word; do echo "word [$word]"; done
            exit 7
            """;

    @TempDir Path folder;
    private Path launcher = Path.of("");
    private Path home = Path.of("");

    /// What a start came to.
    private record Started(int code, String out, String err) {}

    @BeforeEach
    void install() throws Exception {
        folder = folder.toRealPath();
        var product = folder.resolve("pro duct");
        var app = product.resolve("cli/target/postern");
        Files.createDirectories(app.resolve("lib"));
        Files.createFile(app.resolve("cli.jar"));
        Files.createFile(app.resolve(".built"));
        launcher = product.resolve("postern");
        var text = Files.readString(Path.of("..", "postern"));
        var hidden = text.replaceFirst("(?m)^release=25$", "release=99");
        assertTrue(!hidden.equals(text), "the launcher names its release otherwise now");
        Files.writeString(launcher, hidden);
        assertTrue(launcher.toFile().setExecutable(true));
        home = Files.createDirectory(folder.resolve("home"));
    }

    private Path jdk(String at, String version) throws Exception {
        var jdk = folder.resolve(at);
        var java = Files.createDirectories(jdk.resolve("bin")).resolve("java");
        Files.writeString(java, JAVA);
        assertTrue(java.toFile().setExecutable(true));
        Files.writeString(
                jdk.resolve("release"),
                "IMPLEMENTOR=\"nobody\"\nJAVA_VERSION=\"" + version + "\"\n");
        return jdk;
    }

    private Started start(Path program, Map<String, String> environment, String... words)
            throws Exception {
        var line = new java.util.ArrayList<>(List.of(program.toString()));
        line.addAll(Arrays.asList(words));
        var builder = new ProcessBuilder(line).directory(home.toFile());
        var out = folder.resolve("out");
        var err = folder.resolve("err");
        builder.redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().clear();
        builder.environment()
                .putAll(
                        Map.of(
                                "PATH",
                                "/usr/bin:/bin",
                                "HOME",
                                home.toString(),
                                "POSTERN_NO_BUILD",
                                "1"));
        builder.environment().putAll(environment);
        var process = builder.start();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "the launcher hangs");
        return new Started(
                process.exitValue(),
                Files.readString(out, StandardCharsets.UTF_8),
                Files.readString(err, StandardCharsets.UTF_8));
    }

    @Test
    @DisplayName("without a fitting JDK it says in one line what to install")
    void none() throws Exception {
        var old = jdk("old", "17.0.9");
        var started = start(launcher, Map.of("JAVA_HOME", old.toString()), "version");
        assertEquals(69, started.code());
        assertEquals("", started.out());
        assertEquals(1, started.err().lines().count(), started.err());
        assertTrue(started.err().startsWith("postern: needs a JDK 99: install "), started.err());
    }

    @Test
    @DisplayName("a JAVA_HOME of another release is passed over, and a JDK is found elsewhere")
    void elsewhere() throws Exception {
        var old = jdk("old", "17.0.9");
        // Not release 9 of anything, and not 990.
        jdk("home/.jdks/a", "9.9");
        jdk("home/.jdks/b", "990.0.1");
        var fitting = jdk("home/.jdks/c", "99.0.1");
        var started = start(launcher, Map.of("JAVA_HOME", old.toString()), "version");
        assertEquals("", started.err());
        assertTrue(started.out().startsWith("jdk " + fitting + "\n"), started.out());
    }

    @Test
    @DisplayName("JAVA_HOME comes before PATH, and POSTERN_JAVA before both")
    void order() throws Exception {
        var named = jdk("named", "99");
        var java = jdk("java home", "99-ea");
        var onPath = jdk("on path", "99.0.2+8");
        var links = Files.createDirectory(folder.resolve("links"));
        Files.createSymbolicLink(links.resolve("java"), onPath.resolve("bin/java"));
        var path = Map.of("PATH", links + ":/usr/bin:/bin");
        assertTrue(start(launcher, path, "x").out().startsWith("jdk " + onPath + "\n"));

        var both = Map.of("PATH", links + ":/usr/bin:/bin", "JAVA_HOME", java.toString());
        assertTrue(start(launcher, both, "x").out().startsWith("jdk " + java + "\n"));

        var all = Map.of("POSTERN_JAVA", named.resolve("bin/java") + "", "JAVA_HOME", "" + java);
        assertTrue(start(launcher, all, "x").out().startsWith("jdk " + named + "\n"));
    }

    @Test
    @DisplayName("a POSTERN_JAVA that does not fit is an error, not a hint")
    void wrong() throws Exception {
        jdk("home/.jdks/good", "99");
        var old = jdk("old", "17.0.9");
        var started = start(launcher, Map.of("POSTERN_JAVA", old.toString()), "version");
        assertEquals(69, started.code());
        assertEquals(1, started.err().lines().count(), started.err());
        assertTrue(started.err().contains("POSTERN_JAVA=" + old), started.err());
    }

    @Test
    @DisplayName("folder, words and exit code pass through, also by a link from elsewhere")
    void passesOn() throws Exception {
        var jdk = jdk("jdk", "99");
        var link = Files.createSymbolicLink(folder.resolve("gate"), launcher);
        var started =
                start(link, Map.of("JAVA_HOME", jdk.toString()), "queue", "a b", "", "*", "$x");
        assertEquals(7, started.code());
        assertEquals(
                List.of(
                        "jdk " + jdk,
                        "in " + home,
                        "word [queue]",
                        "word [a b]",
                        "word []",
                        "word [*]",
                        "word [$x]"),
                started.out().lines().toList(),
                started.err());
    }

    @Test
    @DisplayName("called as sendmail it is postern sendmail")
    void sendmail() throws Exception {
        var jdk = jdk("jdk", "99");
        var link = Files.createSymbolicLink(folder.resolve("sendmail"), launcher);
        var started = start(link, Map.of("JAVA_HOME", jdk.toString()), "-t", "-i");
        assertEquals(
                List.of("word [sendmail]", "word [-t]", "word [-i]"),
                started.out().lines().skip(2).toList(),
                started.err());
    }
}
