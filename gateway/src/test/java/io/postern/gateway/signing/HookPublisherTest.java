package io.postern.gateway.signing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.keys.DkimKey;
import io.postern.keys.KeyType;
import io.postern.keys.Sight;
import io.postern.keys.life.Publisher;
import io.postern.keys.life.Publisher.Published;
import io.postern.mail.Domain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("a program that publishes")
class HookPublisherTest {
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

    private static final DkimKey KEY =
            new DkimKey(
                    Domain.of("example.com"),
                    "r1",
                    1,
                    KeyType.RSA,
                    2048,
                    "A".repeat(392),
                    NOW,
                    List.of(new DkimKey.StateChange(DkimKey.State.CREATED, NOW, "made")),
                    false,
                    false,
                    Sight.NONE);

    private static final Publisher.Change CHANGE =
            new Publisher.Change(KEY, KEY.recordName(), Optional.of(KEY.recordText()));

    @TempDir Path folder;

    private static Published run(String script, Duration deadline) {
        return new HookPublisher(List.of("/bin/sh", "-c", script), Duration.ofHours(1), deadline)
                .publish(CHANGE);
    }

    private static Published run(String script) {
        return run(script, Duration.ofSeconds(20));
    }

    private static String failure(Published published) {
        return assertInstanceOf(Published.Failed.class, published).why();
    }

    @Test
    @DisplayName("gets one JSON object, in strings that fit the DNS")
    void document() throws IOException {
        var file = folder.resolve("input");
        assertEquals(new Published.Done(), run("cat > " + file));
        var document = new ObjectMapper().readTree(Files.readString(file));
        assertEquals("publish", document.get("action").textValue());
        assertEquals("r1._domainkey.example.com", document.get("name").textValue());
        assertEquals(KEY.recordText(), document.get("text").textValue());
        assertEquals(2, document.get("strings").size());
        assertEquals(
                KEY.recordText(),
                document.get("strings").get(0).textValue()
                        + document.get("strings").get(1).textValue());
        assertEquals(3600, document.get("ttl").intValue());
    }

    @Test
    @DisplayName("is told to remove")
    void remove() throws IOException {
        var file = folder.resolve("input");
        var hook =
                new HookPublisher(
                        List.of("/bin/sh", "-c", "cat > " + file),
                        Duration.ofHours(1),
                        Duration.ofSeconds(20));
        var gone = new Publisher.Change(KEY, KEY.recordName(), Optional.empty());
        assertEquals(new Published.Done(), hook.publish(gone));
        var document = new ObjectMapper().readTree(Files.readString(file));
        assertEquals("remove", document.get("action").textValue());
        assertTrue(document.path("text").isMissingNode(), document.toString());
    }

    @Test
    @DisplayName("that fails is quoted, without control characters")
    void fails() {
        var why = failure(run("echo 'zone\\033[31m locked' >&2; exit 3"));
        assertTrue(why.contains("ended with 3: zone [31m locked"), why);
        assertTrue(failure(run("exit 1")).contains("nothing on standard error"));
    }

    @Test
    @Timeout(30)
    @DisplayName("that does not end is killed, and so is what it began")
    void slow() throws IOException {
        var file = folder.resolve("pid");
        var why = failure(run("sleep 600 & echo $! > " + file + "; wait", Duration.ofSeconds(1)));
        assertTrue(why.contains("did not end within 1 s"), why);
        long pid = Long.parseLong(Files.readString(file).strip());
        assertTrue(ProcessHandle.of(pid).map(child -> child.onExit().join() != null).orElse(true));
    }

    @Test
    @Timeout(30)
    @DisplayName("that talks without end holds nothing up")
    void talks() {
        var why = failure(run("yes >&2 & yes; wait", Duration.ofSeconds(1)));
        assertTrue(why.contains("did not end"), why);
    }

    @Test
    @DisplayName("that does not read its input may still succeed")
    void deaf() {
        assertEquals(new Published.Done(), run("exec <&-; exit 0"));
    }

    @Test
    @DisplayName("that is not there is a clear failure")
    void absent() {
        var hook =
                new HookPublisher(
                        List.of("/nonexistent/publish"),
                        Duration.ofHours(1),
                        Duration.ofSeconds(5));
        assertTrue(failure(hook.publish(CHANGE)).contains("/nonexistent/publish can't be run"));
    }

    @Test
    @DisplayName("sees nothing of our environment but the path")
    void environment() throws IOException {
        var file = folder.resolve("environment");
        assertEquals(new Published.Done(), run("env > " + file + "; cat > /dev/null"));
        var names =
                Files.readAllLines(file).stream()
                        .map(line -> line.substring(0, line.indexOf('=')))
                        .filter(name -> !List.of("PWD", "SHLVL", "_", "OLDPWD").contains(name))
                        .toList();
        assertEquals(List.of("PATH"), names);
    }
}
