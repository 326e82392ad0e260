package io.postern.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("postern km: approvers, policy, requests, sessions, export")
class KmConsentCommandsTest {
    @TempDir private Path folder;
    private KmFolder km = new KmFolder(Path.of(""));

    @BeforeEach
    void make() {
        km = KmFolder.made(folder);
    }

    private void approvers() {
        for (var name : List.of("anna", "boris", "carol")) {
            km.approver(name);
        }
        km.done(
                km.shares(),
                "policy",
                "set",
                "revoke=1",
                "recover=2",
                "export=2",
                "administrators=2",
                "policy=2");
    }

    private static void assertSays(String wanted, String said) {
        assertTrue(said.contains(wanted), said);
    }

    private World.Result approve(String id, String name) {
        return km.km("", "approve", id, "--key", name + ".key", "--passphrase-file", "passphrase");
    }

    @Test
    @DisplayName("asked, signed by two, done by whoever opens the vault; and in one step by keys")
    void life() throws IOException {
        assertSays("acts alone", km.done("", "status"));
        approvers();
        assertEquals(
                "rw-------",
                PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(folder.resolve("anna.key"))));
        assertSays("recover=2", km.done("", "status"));
        assertSays("carol", km.done("", "approvers", "list"));
        assertSays("recover", km.done("", "policy", "show"));

        km.done(km.key(), "issue", "info@example.com", "--key", "p-256", "--out", "out");
        var alone =
                km.km(
                        km.shares(),
                        "recover",
                        "info@example.com",
                        "--out",
                        "out",
                        "--passphrase-to",
                        "word");
        assertSays("recover needs 2 approvers", alone.err());

        var asked = km.done("", "recover", "info@example.com", "--request", "--why", "laptop lost");
        assertSays("request 1: recover of info@example.com (form MODERN): laptop lost", asked);
        assertSays("\"reason\":\"laptop lost\"", asked);
        assertSays("laptop lost", km.done("", "requests"));
        assertSays("1 request waits", km.done("", "status"));
        var act = new String[] {"do", "1", "--out", "out", "--passphrase-to", "word"};
        assertSays("has none", km.km(km.shares(), act).err());
        var signed = approve("1", "anna");
        assertSays("\"op\":\"recover\"", signed.out());
        assertSays("1 more needed", signed.out());
        assertSays("signed request 1 already", approve("1", "anna").err());
        assertSays("do it with `postern km do 1`", approve("1", "carol").out());
        var done = km.done(km.shares(), act);
        Files.delete(folder.resolve("word"));
        assertSays("-encrypt-", done);
        assertSays("was used", km.km(km.shares(), act).err());
        assertSays("No request waits", km.done("", "requests"));
        assertSays("by anna, carol", km.done("", "audit", "show"));

        var oneStep =
                km.done(
                        km.key(),
                        "revoke",
                        "info@example.com",
                        "--reason",
                        "key-compromise",
                        "--approver-key",
                        "boris.key",
                        "--approver-passphrase-file",
                        "passphrase");
        assertSays("revoked: info@example.com", oneStep);
        assertEquals(0, km.km("", "audit", "verify").code());
    }

    @Test
    @DisplayName("each act that can be asked for is done from its request")
    void each() {
        approvers();
        km.done(km.key(), "issue", "info@example.com", "--key", "p-256", "--out", "out");
        int id = 0;
        for (var act :
                List.of(
                        "issue a@example.com --key p-256 --usage both --days 30",
                        "renew info@example.com --key p-256",
                        "hold info@example.com",
                        "release info@example.com",
                        "leave info@example.com",
                        "revoke a@example.com --reason superseded",
                        "slots add --unseal-key",
                        "slots remove 3",
                        "slots add --shares 2/4",
                        "policy set issue=1",
                        "approvers remove carol",
                        "export-ca")) {
            id++;
            var words = new java.util.ArrayList<>(List.of(act.split(" ", -1)));
            words.add("--request");
            assertSays("request " + id + ": ", km.done("", words.toArray(String[]::new)));
            approve(id + "", "anna");
            approve(id + "", "boris");
            var more =
                    switch (id) {
                        case 1, 2 -> new String[] {"do", id + "", "--out", "out"};
                        case 12 -> new String[] {"do", id + "", "--out", "ca.p12"};
                        default -> new String[] {"do", id + ""};
                    };
            var done = km.km(km.shares(), more);
            if (id == 11) {
                assertSays("carol stays: without them there are 2", done.err());
            } else {
                assertEquals(0, done.code(), act + ": " + done.err());
            }
        }
        assertTrue(Files.exists(folder.resolve("ca.p12")));
    }

    @Test
    @DisplayName("wrong, mistyped, open and absent keys, numbers and requests say what to do")
    void bad() throws IOException {
        approvers();
        assertSays(
                "do not belong together",
                km.km(km.shares(), "approvers", "add", "dora", anna()).err());
        assertSays(
                "is no approver's public key",
                km.km(km.shares(), "approvers", "add", "dora", "x").err());
        assertSays("name has up to", km.km("", "approvers", "remove", "--request", "A B").err());
        assertSays("there is no request 9", approve("9", "anna").err());
        km.done("", "revoke", "info@example.com", "--request");
        km.secret("wrong", "wrong horse battery");
        assertSays(
                "wrong passphrase",
                km.km("", "approve", "1", "--key", "anna.key", "--passphrase-file", "wrong").err());
        assertSays(
                "is no approver's key",
                km.km("", "approve", "1", "--key", "wrong", "--passphrase-file", "wrong").err());
        Files.setPosixFilePermissions(
                folder.resolve("anna.key"), PosixFilePermissions.fromString("rw-r--r--"));
        assertSays("chmod 600", approve("1", "anna").err());
        assertEquals(2, km.km("", "policy", "set", "recover=many").code());
        assertEquals(2, km.km("", "policy", "set", "mail=1").code());
        assertEquals(
                2,
                km.km("", "revoke", "info@example.com", "--request", "--good-for", "soon").code());
        assertSays("can't be: of 3 approvers at most 2", policyBySigned("issue=3"));
        assertSays("there is no terminal", km.km("", "approver", "new", "x", "--out", "x").err());
        km.secret("short", "short");
        assertSays(
                "fewer than 12",
                km.km("", "approver", "new", "x", "--out", "x", "--passphrase-file", "short")
                        .err());
        assertFalse(Files.exists(folder.resolve("x")));
    }

    private String anna() {
        return km.done("", "approvers", "list")
                .lines()
                .filter(line -> line.startsWith("anna"))
                .map(line -> line.substring(4).strip())
                .findFirst()
                .orElseThrow();
    }

    private String policyBySigned(String setting) {
        Files.exists(folder);
        return km.km(
                        km.shares(),
                        "policy",
                        "set",
                        setting,
                        "--approver-key",
                        "boris.key",
                        "--approver-key",
                        "carol.key",
                        "--approver-passphrase-file",
                        "passphrase",
                        "--approver-passphrase-file",
                        "passphrase")
                .err();
    }

    @Test
    @DisplayName(
            "a session does several commands with one opening, and others wait until it is sealed")
    void session() {
        var lines =
                """
                # two acts
                issue info@example.com --key p-256 --out out
                hold 'info@example.com'
                list --json
                revoke nobody@example.com
                init
                unseal
                postern km release info@example.com
                seal
                release info@example.com
                """;
        var said = km.km(lines, "unseal", "--secret-file", km.keyFile().toString());
        assertSays("held: info@example.com", said.out());
        assertSays("released: info@example.com", said.out());
        assertSays("The vault is sealed: as asked.", said.out());
        assertSays("there is no certificate for nobody@example.com", said.err());
        assertSays("init is not done within a session", said.err());
        assertSays("unseal is not done within a session", said.err());
        assertEquals(2, said.code(), "of the last command that failed");
        var end = km.km("status", "unseal", "--secret-file", km.keyFile().toString());
        assertSays("end of the commands", end.out());
        assertEquals(0, end.code());
        assertSays("--secret-file", km.km(km.key() + "status", "unseal").err());
        assertEquals(
                2,
                km.km("", "unseal", "--for", "9h", "--secret-file", km.keyFile().toString())
                        .code());
    }

    @Test
    @DisplayName("the head with its co-signing key is one line, and a kept key verifies")
    void head() {
        km.done(km.key(), "refresh");
        var head = km.done("", "audit", "head", "--json");
        assertEquals(1, head.strip().lines().count());
        var key = head.replaceFirst("(?s).*\"cosigner\" : \"([^\"]+)\".*", "$1").strip();
        var verified = km.done("", "audit", "verify", "--cosigner", key);
        assertSays("1 co-signatures", verified);
        assertSays("no public key", km.km("", "audit", "verify", "--cosigner", "?").err());
    }
}
