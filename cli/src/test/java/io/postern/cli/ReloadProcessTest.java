package io.postern.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A gateway in a process of its own, told to read its file again.
@DisplayName("reload of a running gateway")
@Timeout(120)
class ReloadProcessTest {
    @TempDir Path folder;
    private Process process;
    private BufferedReader log;
    private int port;

    private void write(String when) throws IOException {
        Files.writeString(
                folder.resolve("p.toml"),
                """
                hostname = "gw.example.com"
                [[listener]]
                role = "outbound"
                address = "127.0.0.1:%d"
                [[domain]]
                name = "example.com"
                sign = false
                [[rule]]
                name = "r"
                stage = "connect"
                when = '%s'
                action = "refuse"
                """
                        .formatted(port, when));
    }

    @BeforeEach
    void start() throws Exception {
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        write("false");
        process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                "io.postern.cli.Main",
                                "serve",
                                "--config",
                                "p.toml")
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .start();
        log =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        await("ready: ");
    }

    /// Reads the log up to a line with that text.
    private String await(String text) throws IOException {
        var seen = new StringBuilder();
        for (var line = log.readLine(); line != null; line = log.readLine()) {
            if (line.contains(text)) {
                return line;
            }
            seen.append(line).append('\n');
        }
        throw new AssertionError("no \"" + text + "\" in:\n" + seen);
    }

    private void hangUp() throws Exception {
        assertEquals(0, new ProcessBuilder("kill", "-HUP", "" + process.pid()).start().waitFor());
    }

    private String greeting() throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return new String(socket.getInputStream().readNBytes(3), StandardCharsets.US_ASCII);
        }
    }

    @AfterEach
    void stop() throws Exception {
        process.destroy();
        assertEquals(143, process.waitFor());
    }

    @Test
    @DisplayName("by SIGHUP and by command: the good file whole, the wrong one not at all")
    void reload() throws Exception {
        assertEquals("220", greeting());

        write("client.ip == 127");
        hangUp();
        var refused = await("reload_refused");
        assertTrue(refused.contains("p.toml:11:19: rule r: == does not go with"), refused);
        assertEquals("220", greeting());
        var wrong = new World(folder).run("reload", "--data", "data");
        assertEquals(1, wrong.code(), wrong.out());
        assertTrue(wrong.err().contains("p.toml:11:19"), wrong.err());
        await("reload_refused");

        write("true");
        hangUp();
        await("reloaded");
        assertEquals("554", greeting());

        write("false");
        var good = new World(folder).run("reload", "--data", "data");
        assertEquals(0, good.code(), good.err());
        assertTrue(good.out().contains("changed: rule[0].when"), good.out());
        await("reloaded");
        assertEquals("220", greeting());
    }
}
