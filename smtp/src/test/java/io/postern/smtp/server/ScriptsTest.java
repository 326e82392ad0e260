package io.postern.smtp.server;

import io.postern.testkit.SmtpScript;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

@DisplayName("Sessions as data")
class ScriptsTest {
    @TestFactory
    Stream<DynamicTest> scripts() throws IOException {
        var folder = Path.of("src/test/resources/io/postern/smtp/server");
        try (var files = Files.list(folder)) {
            return files
                    .filter(file -> file.toString().endsWith(".smtp"))
                    .sorted()
                    .toList()
                    .stream()
                    .map(file ->
                            DynamicTest.dynamicTest(
                                    String.valueOf(file.getFileName()), () -> play(file)));
        }
    }

    private static void play(Path file) {
        var limits =
                Rig.QUICK
                        .withMessageSize(10_000)
                        .withRecipients(3)
                        .withMessages(4)
                        .withCommands(40)
                        .withErrors(10);
        try (var rig = new Rig(limits)) {
            SmtpScript.load(file).run(rig.address());
        }
    }
}
