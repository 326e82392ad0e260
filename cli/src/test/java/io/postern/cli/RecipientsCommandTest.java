package io.postern.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("postern recipients")
class RecipientsCommandTest {
    @TempDir Path folder;

    @BeforeEach
    void configuration() throws IOException {
        Files.writeString(folder.resolve("users"), "anna@example.com\nbert@example.com # Bert\n");
        Files.writeString(
                folder.resolve("postern.toml"),
                """
                hostname = "gw.example.com"
                [[listener]]
                role = "inbound"
                address = "127.0.0.1:0"
                [[domain]]
                name = "example.com"
                deliver_to = ["127.0.0.1:1"]
                recipients = { file = "users", pushed = {}, separator = "+" }
                """);
        Files.createDirectory(
                folder.resolve("data"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    private World.Result run(String... words) {
        var all = new String[words.length + 3];
        all[0] = "recipients";
        System.arraycopy(words, 0, all, 1, words.length);
        all[words.length + 1] = "--config";
        all[words.length + 2] = "postern.toml";
        return new World(folder).run(all);
    }

    @Test
    @DisplayName("hash on the inside, push on the perimeter, check who is there")
    void all() throws IOException {
        var hashed = new World(folder).run("recipients", "hash", "users");
        assertEquals(0, hashed.code(), hashed.err());
        assertTrue(hashed.err().contains("2 recipients of example.com"), hashed.err());
        assertFalse(hashed.out().contains("anna"), hashed.out());
        Files.writeString(folder.resolve("list"), hashed.out());

        var before = run("check", "nobody@example.com");
        assertEquals(1, before.code(), before.err());
        assertTrue(
                before.out().startsWith("nobody@example.com is unavailable: pushed list default"),
                before.out());

        var pushed = run("push", "list");
        assertEquals(0, pushed.code(), pushed.err());
        assertTrue(pushed.out().startsWith("2 recipients of example.com in force"), pushed.out());

        assertEquals(1, run("check", "nobody@example.com").code());
        var known = run("check", "Anna+shop@example.com");
        assertEquals(0, known.code(), known.err());
        assertTrue(known.out().startsWith("anna+shop@example.com is known: file "), known.out());
        assertTrue(
                run("check", "anna@example.com", "--json")
                        .out()
                        .contains("\"result\" : \"known\""));

        var status = run("status");
        assertEquals(0, status.code(), status.err());
        assertEquals(3, status.out().lines().count(), status.out());
    }

    @Test
    @DisplayName("a list that is cut is not taken, and says so")
    void cut() throws IOException {
        var hashed = new World(folder).run("recipients", "hash", "users").out();
        Files.writeString(folder.resolve("list"), hashed.substring(0, hashed.length() - 10));
        var pushed = run("push", "list");
        assertEquals(1, pushed.code());
        assertTrue(pushed.err().contains("did not arrive whole"), pushed.err());
    }

    @Test
    @DisplayName("nothing is written of addresses with a fault in them")
    void fault() throws IOException {
        Files.writeString(folder.resolve("users"), "anna@example.com\nbert\n");
        var hashed = new World(folder).run("recipients", "hash", "users");
        assertEquals(1, hashed.code());
        assertEquals("", hashed.out());
        assertTrue(hashed.err().contains("line 2 is neither an address"), hashed.err());
        var missing =
                new World(folder).run("recipients", "hash", "users", "--domain", "example.org");
        assertEquals(1, missing.code());
    }

    @Test
    @DisplayName("without a gateway and a configuration, the remedy is named")
    void noConfiguration() {
        var result = new World(folder).run("recipients", "check", "anna@example.com");
        assertEquals(1, result.code());
        assertTrue(result.err().contains("name the file with --config"), result.err());
    }
}
