package io.postern.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("postern users add, passwd, list, remove")
class UsersCommandTest {
    @TempDir private Path folder;

    @Test
    @DisplayName("on a folder that no gateway runs on; the password comes on standard input")
    void life() {
        var world = new World(folder);
        var added =
                world.runWith(
                        "correct horse\r\n",
                        "users",
                        "add",
                        "Anna",
                        "--address",
                        "anna@example.com",
                        "--address",
                        "@news.example.com",
                        "--data",
                        "data");
        assertEquals(0, added.code(), added.err());
        assertEquals("anna may send as anna@example.com, @news.example.com\n", added.out());

        var twice =
                world.runWith(
                        "correct horse\n",
                        "users",
                        "add",
                        "anna",
                        "--address",
                        "a@example.com",
                        "--data",
                        "data");
        assertEquals(1, twice.code());
        assertTrue(twice.err().contains("there is a user anna already"), twice.err());

        assertEquals(
                0,
                world.runWith("another horse\n", "users", "passwd", "anna", "--data", "data")
                        .code());
        var listed = world.run("users", "list", "--data", "data");
        assertTrue(listed.out().contains("anna@example.com, @news.example.com"), listed.out());
        var json = world.run("users", "list", "--json", "--data", "data").out();
        assertFalse(json.contains("argon2") || json.contains("SCRAM"), json);

        assertEquals(0, world.run("users", "remove", "anna", "--data", "data").code());
        var gone = world.run("users", "remove", "anna", "--data", "data");
        assertEquals(1, gone.code());
        assertTrue(gone.err().contains("there is no user anna"), gone.err());
    }

    @Test
    @DisplayName("no password, or a short one, is refused")
    void passwords() {
        var world = new World(folder);
        var none = world.run("users", "add", "anna@example.com", "--data", "data");
        assertTrue(none.code() != 0 && none.err().contains("no password was given"), none.err());
        var small = world.runWith("short\n", "users", "add", "anna@example.com", "--data", "data");
        assertTrue(small.code() != 0 && small.err().contains("shorter than 10"), small.err());
        assertFalse(small.err().contains("short\n"));
    }
}
