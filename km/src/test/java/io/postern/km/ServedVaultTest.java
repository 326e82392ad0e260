package io.postern.km;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.km.http.Published;
import io.postern.km.secret.KmException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("a vault that is served, whatever becomes of its folder")
class ServedVaultTest {
    @TempDir private Path data;

    private static int of(Published published, String address) {
        return published.ofAddress(address).size();
    }

    @Test
    @DisplayName("without a vault it says how to make one; with one it serves")
    void none() {
        var scene = new Scene(data);
        try (var served = new ServedVault(scene.world(), scene.secret());
                var watch = new KmWatch(scene.world(), scene.secret(), served)) {
            var why = assertThrows(KmException.class, () -> of(served, "info@example.com"));
            assertTrue(String.valueOf(why.getMessage()).contains("postern km init"), why::toString);
            watch.look();
            assertTrue(watch.seen().warnings().getFirst().contains("postern km init"));
            assertEquals(Optional.empty(), watch.seen().status());
            scene.found(Optional.empty());
            scene.issue("info@example.com");
            watch.look();
            assertEquals(2, of(served, "info@example.com"));
            assertEquals("sealed", watch.seen().status().orElseThrow().state());
        }
    }

    @Test
    @DisplayName("a folder of the first schema is upgraded when it is served or looked at")
    void older() {
        var scene = Scene.founded(data);
        scene.issue("info@example.com");
        scene.toFirstSchema();
        try (var served = new ServedVault(scene.world(), scene.secret())) {
            assertEquals(2, of(served, "info@example.com"));
        }
        scene.toFirstSchema();
        assertEquals(2L, scene.looked(KeyManagement::status).valid());
    }

    @Test
    @DisplayName("one of an earlier schema waits for the command that is at work, and says so")
    void olderAndLocked() {
        var scene = Scene.founded(data);
        scene.toFirstSchema();
        try (var _ = KmLock.take(scene.world().folder())) {
            var why = assertThrows(KmException.class, scene::read);
            assertTrue(String.valueOf(why.getMessage()).contains("is at work"), why::toString);
        }
        scene.read().close();
    }

    @Test
    @DisplayName("a folder of a later version is refused with what to use")
    void later() {
        var scene = Scene.founded(data);
        scene.sql("PRAGMA user_version = 9");
        var why = assertThrows(KmException.class, scene::read);
        assertTrue(String.valueOf(why.getMessage()).contains("use that version"), why::toString);
    }

    @Test
    @DisplayName("a database put in its place, as by a restored backup, is the one that is served")
    void replaced() throws IOException {
        var scene = Scene.founded(data);
        var file = scene.world().folder().resolve("km.db");
        var copy = data.resolve("copy.db");
        Files.copy(file, copy);
        scene.issue("info@example.com");
        try (var served = new ServedVault(scene.world(), scene.secret())) {
            assertEquals(2, of(served, "info@example.com"));
            for (var beside : List.of("km.db-wal", "km.db-shm")) {
                Files.deleteIfExists(scene.world().folder().resolve(beside));
            }
            Files.move(copy, file, StandardCopyOption.ATOMIC_MOVE);
            served.look();
            assertEquals(0, of(served, "info@example.com"));
        }
    }

    @Test
    @DisplayName("many ask at once while acts are done, and all are answered")
    void many() throws Exception {
        var scene = Scene.founded(data);
        scene.issue("info@example.com");
        try (var served = new ServedVault(scene.world(), scene.secret());
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> answers = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                answers.add(threads.submit(() -> of(served, "info@example.com")));
            }
            scene.issue("infra@example.com");
            for (var answer : answers) {
                assertEquals(2, answer.get());
            }
            assertEquals(2, of(served, "infra@example.com"));
        }
    }

    @Test
    @DisplayName("warnings and ends are what `km status` says; a backup counts when it was told of")
    void health() {
        var scene = Scene.founded(data);
        try (var served = new ServedVault(scene.world(), scene.secret());
                var watch = new KmWatch(scene.world(), scene.secret(), served)) {
            assertEquals(List.of(), watch.seen().warnings());
            watch.look();
            assertEquals(scene.looked(KeyManagement::status).warnings(), watch.seen().warnings());
            assertEquals(Optional.empty(), watch.seen().lastBackup());
            scene.sql("INSERT INTO meta VALUES ('last_backup', '2026-11-20T00:00:00Z')");
            scene.clock.advance(Duration.ofDays(80));
            watch.look();
            assertEquals(
                    Optional.of(Instant.parse("2026-11-20T00:00:00Z")), watch.seen().lastBackup());
            assertTrue(
                    watch.seen().warnings().getFirst().contains("the revocation lists end in"),
                    () -> watch.seen().warnings().toString());
        }
    }

    @Test
    @DisplayName("another start secret is told, and what needs it is not answered")
    void otherSecret() throws IOException {
        var scene = Scene.founded(data);
        Files.delete(data.resolve("start-secret"));
        try (var served = new ServedVault(scene.world(), scene.secret());
                var watch = new KmWatch(scene.world(), scene.secret(), served)) {
            watch.look();
            assertEquals("stopped", watch.seen().status().orElseThrow().state());
            assertTrue(!watch.seen().warnings().isEmpty());
            assertThrows(KmException.class, () -> served.list("ca.crl"));
        }
    }
}
