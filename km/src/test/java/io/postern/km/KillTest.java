package io.postern.km;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("a process that is killed (SIGKILL) at a step of an act")
class KillTest {
    @TempDir private Path data;

    @ParameterizedTest(name = "{0}: {1}")
    @DisplayName("leaves act and line both, or neither, and no lock")
    @CsvSource({
        "issue, issue: changed, false",
        "issue, issue: line written, false",
        "issue, issue: committed, true",
        "issue, issue: filed, true",
        "revoke, revoke: marked, false",
        "revoke, revoke: line written, false",
        "revoke, revoke: committed, true",
    })
    void killed(String act, String step, boolean stands) throws IOException, InterruptedException {
        var scene = Scene.founded(data);
        scene.issue("info@example.com");
        kill(scene, act, step);

        int lines = scene.looked(km -> km.lines().size());
        int revoked = scene.looked(km -> km.crl("ca").entries());
        int certificates = scene.looked(km -> km.certificates(Optional.empty()).size());
        assertEquals(stands ? 3 : 2, lines);
        assertEquals(act.equals("revoke") && stands ? 2 : 0, revoked);
        assertEquals(act.equals("issue") && stands ? 4 : 2, certificates);
        // The next one finds no lock, and gives the file what it lacks.
        scene.issue("dave@example.com");
        var result = scene.looked(km -> km.verify(Optional.empty()));
        assertEquals(List.of(), result.faults());
        assertEquals(List.of(), result.notes());
    }

    private void kill(Scene scene, String act, String step)
            throws IOException, InterruptedException {
        var child =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty(
                                        "surefire.test.class.path",
                                        System.getProperty("java.class.path")),
                                KilledChild.class.getName(),
                                data.toString(),
                                act,
                                step)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try (var out =
                        new BufferedReader(
                                new InputStreamReader(
                                        child.getInputStream(), StandardCharsets.UTF_8));
                var in = child.outputWriter(StandardCharsets.UTF_8)) {
            in.write(scene.unsealKey + "\n");
            in.flush();
            assertEquals("at " + step, out.readLine());
            child.destroyForcibly();
        }
        assertEquals(128 + 9, child.waitFor());
    }
}
