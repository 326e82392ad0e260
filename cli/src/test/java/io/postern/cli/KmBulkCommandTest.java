package io.postern.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("postern km bulk")
class KmBulkCommandTest {
    @TempDir private Path folder;
    private KmPlace km = new KmPlace(Path.of(""));

    @BeforeEach
    void made() throws IOException {
        km = new KmPlace(folder);
        km.made();
    }

    private static long count(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.count();
        }
    }

    @Test
    @DisplayName(
            "does each line that is right, tells the others by number, and passes who has some")
    void csv() throws IOException {
        Files.writeString(
                folder.resolve("people.csv"),
                "\uFEFFaddress,name,usage\r\n"
                        + "a@example.com,\"Last, First\",sign\r\n"
                        + "b@example.com\r\n"
                        + "\r\n"
                        + "nobody,,\r\n"
                        + "c@example.com,C,everything\r\n"
                        + "d@example.com,\"D\r\n"
                        + "e@example.com,E,both,more\r\n"
                        + "A@example.com,again,sign\r\n"
                        + "x".repeat(3000)
                        + "\r\n");
        var words =
                new String[] {
                    "bulk",
                    "people.csv",
                    "--key",
                    "p-256",
                    "--out",
                    "out",
                    "--passphrases-to",
                    "letters"
                };
        var said = km.run(km.key(), words);
        assertEquals(1, said.code(), said.err());
        for (var wrong : List.of("line 5: nobody", "line 6: ", "line 7: ", "line 8 ", "line 10 ")) {
            assertTrue(said.err().contains(wrong), wrong + " in " + said.err());
        }
        assertTrue(
                said.out().startsWith("2 addresses done, 1 had them already, 5 wrong"), said.out());
        assertEquals(3, count(folder.resolve("out")));
        assertEquals(2, count(folder.resolve("letters")));
        var again = km.run(km.key(), words);
        assertTrue(again.out().startsWith("0 addresses done, 3 had"), again.out());
        assertEquals(3, count(folder.resolve("out")));
    }

    @Test
    @DisplayName("refuses before it opens anything what can't go well")
    void refused() throws IOException {
        Files.writeString(folder.resolve("people.csv"), "a@example.com\n");
        Files.write(folder.resolve("latin"), new byte[] {'a', (byte) 0xE4, '@', 'b'});
        Files.writeString(folder.resolve("none"), "address\n");
        assertEquals(2, km.run("", "bulk", "people.csv").code());
        assertEquals(2, km.run("", "bulk", "--passphrases-to", "letters").code());
        for (var each :
                List.of(
                        List.of("--out", "out", "--passphrases-to", "out", "people.csv"),
                        List.of("--out", "no", "--passphrases-to", "letters", "people.csv"),
                        List.of("--out", "out", "--passphrases-to", "letters", "latin"),
                        List.of("--out", "out", "--passphrases-to", "letters", "none"),
                        List.of("--out", "out", "--passphrases-to", "letters", "not-there"))) {
            var words = new String[each.size() + 1];
            words[0] = "bulk";
            System.arraycopy(each.toArray(String[]::new), 0, words, 1, each.size());
            var said = km.run("", words);
            assertEquals(1, said.code(), each + said.err());
            assertTrue(said.err().contains(";") || said.err().contains(":"), said.err());
        }
        assertEquals(
                2,
                km.run(
                                "",
                                "bulk",
                                "--ldap",
                                "http://x",
                                "--out",
                                "out",
                                "--passphrases-to",
                                "letters")
                        .code());
    }

    @Test
    @DisplayName("RFC 4180: quotes, doubled quotes, empty fields")
    void fields() {
        assertEquals(
                List.of("a", "b,\"c", ""), KmPeople.fields("a,\"b,\"\"c\",", ',').orElseThrow());
        assertEquals(List.of(""), KmPeople.fields("", ',').orElseThrow());
        assertTrue(KmPeople.fields("a,\"b", ',').isEmpty());
        assertTrue(KmPeople.fields("\"a\"b", ',').isEmpty());
        assertEquals(List.of("a", "b"), KmPeople.fields("a;b", ';').orElseThrow());
    }

    @Test
    @DisplayName("renew --due says when nothing is due, and wants an address or --due")
    void due() throws IOException {
        var said =
                km.run(km.key(), "renew", "--due", "--out", "out", "--passphrases-to", "letters");
        assertEquals(0, said.code(), said.err());
        assertTrue(said.out().contains("Nothing is due within 30d"), said.out());
        var both =
                km.run(
                        km.key(),
                        "refresh",
                        "--renew",
                        "--out",
                        "out",
                        "--passphrases-to",
                        "letters");
        assertEquals(0, both.code(), both.err());
        assertEquals(2, km.run("", "refresh", "--renew").code());
        assertEquals(2, km.run("", "renew").code());
        assertEquals(2, km.run("", "renew", "--due", "a@example.com").code());
        assertEquals(
                2,
                km.run("", "renew", "--due", "--within", "soon", "--passphrases-to", "letters")
                        .code());
    }
}
