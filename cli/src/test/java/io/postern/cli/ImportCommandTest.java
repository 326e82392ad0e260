package io.postern.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.util.Base64;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("postern import, from a copy of an old machine's files")
class ImportCommandTest {
    @TempDir Path folder;

    private void old(String name, String text) throws IOException {
        var file = folder.resolve("old" + name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private static String pem() throws Exception {
        var pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        return "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(pair.getPrivate().getEncoded())
                + "\n-----END PRIVATE KEY-----\n";
    }

    @BeforeEach
    void machine() throws Exception {
        old("/etc/opendkim.conf", "KeyTable /etc/kt\nSigningTable refile:/etc/st\nLuaThing x\n");
        old("/etc/kt", "a example.com:mail:/k/a\nb example.org:s:/k/b\nc example.net:s:/k/c\n");
        old("/etc/st", "*@example.com a\n*@example.org b\n*@example.net c\n");
        old("/k/a", pem());
        old("/k/b", "no key\n");
        old("/k/c", pem());
        old("/etc/postfix/main.cf", "myhostname = mx.example.com\nmynetworks = 10.0.0.0/8\n");
    }

    private World.Result run(String... words) {
        return new World(folder).run(words);
    }

    private World.Result imported(String... more) {
        var words = new java.util.ArrayList<String>();
        words.addAll(
                java.util.List.of("import", "--root", "old", "--opendkim", "/etc/opendkim.conf"));
        words.addAll(java.util.List.of(more));
        return run(words.toArray(String[]::new));
    }

    @Test
    @DisplayName("prints a configuration that config check calls good, with lists behind it")
    void configuration() throws Exception {
        var made = imported("--postfix", "/etc/postfix/main.cf");
        assertEquals(0, made.code(), made.err());
        Files.writeString(folder.resolve("postern.toml"), made.out());
        var checked = run("config", "check", "postern.toml");
        assertEquals(0, checked.code(), checked.err() + made.out());
        assertTrue(made.out().contains("trust = [\"10.0.0.0/8\"]"), made.out());
        assertTrue(made.out().contains("# Not understood, or not readable:"), made.out());
        assertTrue(
                made.err().startsWith("postern: 3 keys, of which 1 can't be taken over; "),
                made.err());
        assertFalse(Files.exists(folder.resolve("data")));
        // The shell completes names of the copy, not of the old machine.
        var completed = run("import", "--root", "old", "--opendkim", "old/etc/opendkim.conf");
        assertEquals(0, completed.code(), completed.err());
    }

    @Test
    @DisplayName("--json has the configuration, keys without secrets, and remarks")
    void json() throws Exception {
        var made = imported("--json");
        assertEquals(0, made.code(), made.err());
        var tree = new com.fasterxml.jackson.databind.ObjectMapper().readTree(made.out());
        assertEquals(3, tree.get("keys").size());
        assertEquals("ed25519", tree.get("keys").get(0).get("algorithm").asText());
        assertTrue(
                tree.get("keys").get(1).get("fault").asText().contains("neither PEM nor base64"));
        assertEquals("PROBLEM", tree.get("remarks").get(0).get("kind").asText());
        var secret = Files.readAllLines(folder.resolve("old/k/a")).get(1);
        assertFalse(made.out().contains(secret));
    }

    @Test
    @DisplayName("--keys takes over what can be, once, and only for domains of the configuration")
    void keys() throws Exception {
        Files.writeString(
                folder.resolve("postern.toml"),
                """
                hostname = "gw.example.com"
                [[listener]]
                role = "outbound"
                address = "127.0.0.1:2525"
                [[domain]]
                name = "example.com"
                [[domain]]
                name = "example.org"
                """);
        var taken = imported("--keys", "--config", "postern.toml");
        assertEquals(1, taken.code());
        assertTrue(taken.out().contains("mail._domainkey.example.com. IN TXT"), taken.out());
        assertTrue(
                taken.err().contains("s._domainkey.example.org, /k/b: neither PEM"), taken.err());
        assertTrue(taken.err().contains("example.net is no [[domain]]"), taken.err());
        var list = run("dkim", "list", "--config", "postern.toml");
        assertTrue(list.out().contains("mail"), list.out() + list.err());
        assertFalse(list.out().contains("example.net"), list.out());
        var again = imported("--keys", "--config", "postern.toml");
        assertTrue(again.err().contains("already has a key with the selector mail"), again.err());
    }

    @Test
    @DisplayName(
            "--compare: the same names as before, verified with the old record; or what differs")
    void compare() throws Exception {
        Files.createDirectory(folder.resolve("sent"));
        for (var author : new String[] {"example.com", "example.org", "stranger.example"}) {
            Files.writeString(
                    folder.resolve("sent/" + author + ".eml"),
                    "From: a@" + author + "\nTo: b@example.net\nSubject: x\n\nHello\n");
        }
        Files.writeString(
                folder.resolve("sent/two.eml"),
                "From: a@example.com, b@example.net\nTo: b@example.net\n\nHello\n");
        var compared = imported("--compare", "sent", "none.eml");
        assertEquals(0, compared.code(), compared.err());
        assertEquals(
                """
                sent/example.com.eml: same
                  before  d=example.com s=mail
                  after   d=example.com s=mail
                  verifies with the record of the old key
                sent/example.org.eml: no longer signed
                  before  d=example.org s=s
                  after   unsigned (example.org has sign = false: leaves unsigned)
                sent/stranger.example.eml: unsigned
                  before  unsigned
                  after   unsigned (stranger.example is no [[domain]]: leaves unsigned)
                sent/two.eml: no longer signed
                  before  d=example.com s=mail
                  after   unsigned (its authors are of 2 domains: leaves unsigned)

                4 messages: 1 same, 2 no longer signed, 1 unsigned
                """,
                compared.out());
        assertTrue(
                compared.err().contains("passed over: there is no file none.eml"), compared.err());
        var json = imported("--compare", "sent", "--json");
        var tree = new com.fasterxml.jackson.databind.ObjectMapper().readTree(json.out());
        assertEquals(2, tree.get("counts").get("NO_LONGER").asInt());
    }

    @Test
    @DisplayName("nothing named, nothing there, or two things at once is one line")
    void faults() {
        assertEquals(2, run("import").code());
        assertEquals(2, imported("--keys", "--compare", "x.eml").code());
        assertEquals(2, imported("--data", "data").code());
        var none = run("import", "--opendkim", "none.conf");
        assertEquals(1, none.code());
        assertTrue(none.err().contains("none.conf: there is no such file; "), none.err());
        assertEquals(1, none.err().lines().count(), none.err());
        var outside = run("import", "--root", "old", "--opendkim", "/etc/none.conf");
        assertTrue(outside.err().contains("there is no such file"), outside.err());
    }
}
