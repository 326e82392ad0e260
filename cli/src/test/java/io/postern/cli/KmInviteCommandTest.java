package io.postern.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("postern km invite, invites, redeem")
class KmInviteCommandTest {
    private final Path folder;
    private final KmPlace km;

    KmInviteCommandTest(@TempDir Path folder) throws IOException {
        this.folder = folder;
        km = new KmPlace(folder);
        km.made();
    }

    private World.Result invite(String... more) throws IOException {
        var words =
                new java.util.ArrayList<>(
                        java.util.List.of("invite", "info@example.com", "--key", "p-256"));
        words.addAll(java.util.List.of(more));
        return km.run(km.key(), words.toArray(String[]::new));
    }

    @Test
    @DisplayName("token and passphrase go to two files, and the token is redeemed once")
    void way() throws IOException {
        var said = invite("--token-to", "token", "--passphrase-to", "letters/one.txt");
        assertEquals(0, said.code(), said.err());
        var passphrase = Files.readString(folder.resolve("letters/one.txt")).strip();
        var token = Files.readString(folder.resolve("token")).strip();
        assertEquals(25, passphrase.length());
        assertEquals(39, token.length());
        assertFalse(said.out().contains(token) || said.out().contains(passphrase));
        assertTrue(said.out().contains("http://pki.example.com/km/enrol"), said.out());
        assertTrue(km.run("", "invites").out().contains("open"));

        var redeemed = km.run("", "redeem", "--out", "out", "--token-file", "token");
        assertEquals(0, redeemed.code(), redeemed.err());
        try (var files = Files.list(folder.resolve("out"))) {
            assertEquals(2, files.count());
        }
        assertTrue(km.run("", "invites").out().contains("no invitations"));
        var again = km.run(token + "\n", "redeem", "--out", "out");
        assertEquals(1, again.code());
        assertTrue(again.err().contains("opens nothing"), again.err());
    }

    @Test
    @DisplayName("without a second way for the passphrase nothing is made")
    void oneWay() throws IOException {
        assertEquals(2, invite().code());
        assertEquals(2, invite("--passphrase-to", "x", "--token-to", "x").code());
        assertEquals(2, invite("--passphrase-to", "./x", "--token-to", "x").code());
        assertEquals(2, invite("--passphrase-to", "x", "--valid", "1s").code());
        assertEquals(2, invite("--passphrase-to", "x", "--valid", "99d").code());
        Files.writeString(folder.resolve("there"), "");
        assertEquals(1, invite("--passphrase-to", "there").code());
        assertEquals(1, invite("--passphrase-to", "no/where").code());
        assertTrue(km.run("", "list").out().contains("no certificates"));
    }

    @Test
    @DisplayName("is taken back, which revokes")
    void cancelled() throws IOException {
        assertEquals(0, invite("--passphrase-to", "one.txt").code());
        var said = km.run(km.key(), "invite", "--cancel", "info@example.com");
        assertEquals(0, said.code(), said.err());
        assertTrue(said.out().startsWith("revoked: info@example.com"), said.out());
        assertTrue(km.run("", "list").out().contains("cessation-of-operation"));
        assertEquals(1, km.run(km.key(), "invite", "--cancel", "info@example.com").code());
    }
}
