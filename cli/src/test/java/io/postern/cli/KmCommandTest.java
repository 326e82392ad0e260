package io.postern.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("postern km")
class KmCommandTest {
    private static final String[] INIT = {
        "km",
        "init",
        "--organization",
        "Example",
        "--country",
        "CH",
        "--ca-key",
        "p-384",
        "--url",
        "http://pki.example.com/km",
        "--data",
        "data"
    };

    @TempDir private Path folder;

    @BeforeEach
    void media() throws IOException {
        for (var name : List.of("one", "two", "shares", "out")) {
            Files.createDirectory(
                    folder.resolve(name),
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        }
    }

    private World.Result run(String input, String... words) {
        return new World(folder, Map.of("POSTERN_SENDMAIL", "127.0.0.1:1")).runWith(input, words);
    }

    private World.Result init(String... more) {
        var words = new ArrayList<>(Arrays.asList(INIT));
        words.addAll(Arrays.asList(more));
        return run("", words.toArray(String[]::new));
    }

    private World.Result made() {
        var made =
                init(
                        "--shares",
                        "2/3",
                        "--shares-to",
                        "shares",
                        "--write-to",
                        "one",
                        "--backup-to",
                        "two",
                        "--verify-from",
                        "two");
        assertEquals(0, made.code(), made.err());
        return made;
    }

    private String key() throws IOException {
        try (var files = Files.list(folder.resolve("one"))) {
            return Files.readString(files.findFirst().orElseThrow());
        }
    }

    private List<String> shares() throws IOException {
        var all = new ArrayList<String>();
        try (var files = Files.list(folder.resolve("shares"))) {
            for (var file : (Iterable<Path>) files.sorted()::iterator) {
                all.add(Files.readString(file));
            }
        }
        return all;
    }

    private World.Result km(String input, String... words) {
        var all = new ArrayList<String>(List.of("km"));
        all.addAll(Arrays.asList(words));
        all.addAll(List.of("--data", "data"));
        return run(input, all.toArray(String[]::new));
    }

    @Test
    @DisplayName("init, issue, revoke, recover, audit, with the secrets on standard input")
    void life() throws IOException {
        var made = made();
        assertFalse(made.out().contains(key().strip()), "written, so not shown");
        var status = km("", "status", "--json");
        assertEquals(0, status.code(), status.err());
        assertTrue(status.out().contains("\"state\" : \"sealed\""), status.out());

        var issued =
                km(
                        key(),
                        "issue",
                        "info@example.com",
                        "--key",
                        "p-256",
                        "--out",
                        "out",
                        "--passphrase-to",
                        "passphrase");
        assertEquals(0, issued.code(), issued.err());
        try (var files = Files.list(folder.resolve("out"))) {
            assertEquals(2, files.count());
        }
        assertFalse(issued.out().contains(Files.readString(folder.resolve("passphrase")).strip()));
        assertTrue(km("", "list").out().contains("info@example.com"));

        var recover =
                new String[] {
                    "recover", "info@example.com", "--out", "out", "--passphrase-to", "second"
                };
        var alone = km(key(), recover);
        assertEquals(1, alone.code());
        assertTrue(alone.err().contains("needs the shares"), alone.err());
        var two = shares().get(0) + shares().get(2);
        var recovered = km(two, recover);
        assertEquals(0, recovered.code(), recovered.err());
        assertFalse(recovered.out().contains(Files.readString(folder.resolve("second")).strip()));

        assertEquals(0, km(key(), "revoke", "info@example.com", "--reason", "superseded").code());
        assertTrue(km("", "crl").out().startsWith("-----BEGIN X509 CRL-----"));
        assertTrue(km("", "cert", "--root").out().startsWith("-----BEGIN CERTIFICATE-----"));
        assertEquals(0, km("", "publish", "out").code());
        for (var name : List.of("ca.crl", "ca.cer", "root.crl", "root.cer")) {
            assertTrue(Files.size(folder.resolve("out").resolve(name)) > 100, name);
        }
        assertEquals(0, km(key(), "test").code());
        var head = km("", "audit", "head").out().strip();
        var verified = km("", "audit", "verify", "--head", head);
        assertEquals(0, verified.code(), verified.out());
        assertEquals(1, km("", "audit", "verify", "--head", "0".repeat(64)).code());
    }

    @Test
    @DisplayName("without a copy that is shown to work nothing is made")
    void unproven() throws IOException {
        var none = init();
        assertEquals(1, none.code());
        assertTrue(none.err().contains("nothing was made"), none.err());
        assertTrue(none.out().contains("postern-unseal-1 "), "shown once");
        assertTrue(km("", "status").err().contains("there is no vault"));

        Files.writeString(folder.resolve("wrong"), "postern-unseal-1 AAAA AAAA\n");
        Files.setPosixFilePermissions(
                folder.resolve("wrong"), PosixFilePermissions.fromString("rw-------"));
        var wrong = init("--write-to", "one", "--backup-to", "two", "--verify-from", "wrong");
        assertEquals(1, wrong.code());
        assertTrue(wrong.err().contains("is mistyped"), wrong.err());
        try (var files = Files.list(folder.resolve("one"))) {
            assertEquals(0, files.count(), "what opens nothing is taken away");
        }
        made();
    }

    @Test
    @DisplayName("media that are no two media are refused")
    void media2() {
        assertTrue(
                init("--write-to", "one", "--backup-to", "one").err().contains("the same folder"));
        assertTrue(init("--write-to", "one").err().contains("go together"));
        assertTrue(init("--write-to", "one", "--backup-to", "three").err().contains("no folder"));
        assertTrue(init("--shares", "3/3").err().contains("locks everybody out"));
        assertTrue(init("--shares", "many").err().contains("2/3"));
    }

    @Test
    @DisplayName(
            "wrong, mistyped, open and absent secrets say what and how to remedy, and change nothing")
    void badSecrets() throws IOException {
        made();
        var before = km("", "audit", "head").out();
        assertTrue(km("", "refresh").err().contains("nothing was given"));
        var mistyped = key().strip();
        mistyped =
                mistyped.substring(0, 30)
                        + (mistyped.charAt(30) == 'A' ? 'B' : 'A')
                        + mistyped.substring(31);
        assertTrue(km(mistyped, "refresh").err().contains("mistyped"), mistyped);
        var open = folder.resolve("open");
        Files.writeString(open, key());
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-r--r--"));
        var refused = km("", "refresh", "--secret-file", "open");
        assertTrue(refused.err().contains("chmod 600"), refused.err());
        assertFalse(refused.err().contains(key().substring(22, 40)));
        assertTrue(km("", "refresh", "--secret-file", "none").err().contains("there is no file"));
        assertTrue(km(key(), "issue", "nobody").err().contains("is no address"));
        assertTrue(
                km(key(), "issue", "a@example.com", "--out", "none").err().contains("no folder"));
        assertTrue(km(key(), "revoke", "123abc").err().contains("no certificate with the serial"));
        assertEquals(2, km(key(), "revoke", "a@example.com", "--reason", "boredom").code());
        assertEquals(before, km("", "audit", "head").out());
    }

    @Test
    @DisplayName("where there is no vault each command says how to make one")
    void none() {
        for (var words : List.of("status", "list", "crl", "cert", "refresh")) {
            var said = km("", words);
            assertEquals(1, said.code());
            assertTrue(said.err().contains("postern km init"), words + said.err());
        }
        assertFalse(Files.exists(folder.resolve("data")), "and nothing is made");
    }

    @Test
    @DisplayName("each command shows examples")
    void help() {
        for (var words :
                List.of(
                        "km",
                        "km init",
                        "km status",
                        "km issue",
                        "km renew",
                        "km bulk",
                        "km invite",
                        "km invites",
                        "km redeem",
                        "km revoke",
                        "km hold",
                        "km release",
                        "km leave",
                        "km recover",
                        "km refresh",
                        "km list",
                        "km crl",
                        "km cert",
                        "km slots",
                        "km slots add",
                        "km slots list",
                        "km slots remove",
                        "km approver",
                        "km approver new",
                        "km approvers",
                        "km approvers list",
                        "km approvers add",
                        "km approvers remove",
                        "km policy",
                        "km policy show",
                        "km policy set",
                        "km requests",
                        "km approve",
                        "km do",
                        "km unseal",
                        "km export-ca",
                        "km audit",
                        "km audit head",
                        "km audit show",
                        "km audit verify")) {
            var all = new ArrayList<>(Arrays.asList(words.split(" ", -1)));
            all.add("--help");
            var said = run("", all.toArray(String[]::new));
            assertEquals(0, said.code(), words);
            assertTrue(said.out().contains("Example"), words + said.out());
        }
    }
}
