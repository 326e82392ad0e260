package io.postern.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.km.vault.Opening;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("a session of an open vault")
class KmSessionTest {
    @TempDir private Path folder;

    private Instant now = Instant.EPOCH;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /// A line that comes after a time.
    private record Typed(Duration after, String text) {}

    private KmSession.Ended run(Duration longest, Duration idle, Typed... typed) {
        var km = KmFolder.made(folder);
        var io =
                new Io(
                        new ByteArrayInputStream(new byte[0]),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        Map.of(),
                        folder,
                        () -> World.NOW,
                        120);
        var data = new DataOptions();
        data.data = java.util.Optional.of(Path.of("data"));
        var lines = new ArrayDeque<>(List.of(typed));
        try (var server = KmAccess.lock(io, data);
                var opening = new Opening.ByUnsealKey(KmInput.unsealKey(km.key()));
                var vault = server.open(opening)) {
            var session =
                    new KmSession(
                            server, vault, KmAccess.world(io, data).data(), List.of("--data=data"));
            return session.run(
                    io,
                    wait -> {
                        var next = lines.poll();
                        if (next == null) {
                            return new KmSession.Next.End();
                        }
                        if (next.after.compareTo(wait) > 0) {
                            now = now.plus(wait);
                            return new KmSession.Next.Late();
                        }
                        now = now.plus(next.after);
                        return new KmSession.Next.Line(next.text);
                    },
                    () -> now,
                    longest,
                    idle);
        }
    }

    private static Typed after(int minutes, String text) {
        return new Typed(Duration.ofMinutes(minutes), text);
    }

    @Test
    @DisplayName("ends when nothing is typed for too long")
    void idle() {
        var ended =
                run(
                        Duration.ofMinutes(15),
                        Duration.ofMinutes(5),
                        after(4, "refresh"),
                        after(4, "status"),
                        after(6, "refresh"));
        assertEquals("nothing was typed for too long", ended.why());
        assertEquals(13 * 60, now.getEpochSecond());
        assertEquals(1, out.toString(StandardCharsets.UTF_8).split("signed\n", -1).length - 1);
    }

    @Test
    @DisplayName("ends when its time is over, however busy it is")
    void over() {
        var typed = new ArrayList<Typed>();
        for (int i = 0; i < 10; i++) {
            typed.add(after(4, "status"));
        }
        var ended = run(Duration.ofMinutes(15), Duration.ofMinutes(5), typed.toArray(Typed[]::new));
        assertEquals("its time is over", ended.why());
        assertEquals(15 * 60, now.getEpochSecond());
    }

    @Test
    @DisplayName("words are apart by blanks or within quotes, and a remark is no command")
    void words() {
        assertEquals(
                List.of("revoke", "a b@example.com", "", "x"),
                KmSession.words("  revoke 'a b@example.com' \"\" x "));
        assertEquals(List.of(), KmSession.words("# no"));
        assertEquals(List.of("status"), KmSession.words("postern km status"));
        assertTrue(KmSession.words("").isEmpty());
    }

    @Test
    @DisplayName("another operator is told that somebody is at work, and may look")
    void another() {
        var ended = run(Duration.ofMinutes(15), Duration.ofMinutes(5), after(1, "approvers list"));
        assertEquals("end of the commands", ended.why());
        var km = new KmFolder(folder);
        var io = new World(folder);
        var data = new DataOptions();
        data.data = java.util.Optional.of(folder.resolve("data"));
        var world =
                new Io(
                        new ByteArrayInputStream(new byte[0]),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        Map.of(),
                        folder,
                        () -> World.NOW,
                        120);
        try (var _ = KmAccess.lock(world, data)) {
            var refused = km.km(km.key(), "refresh");
            assertTrue(refused.err().contains("is at work on"), refused.err());
            assertEquals(0, io.run("km", "status", "--data", "data").code());
        }
    }
}
