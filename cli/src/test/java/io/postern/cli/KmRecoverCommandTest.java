package io.postern.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("postern km recover, and issue --csr")
class KmRecoverCommandTest {
    private final Path folder;
    private final KmPlace km;

    KmRecoverCommandTest(@TempDir Path folder) throws IOException {
        this.folder = folder;
        km = new KmPlace(folder);
        km.made();
        Files.createDirectory(folder.resolve("boss"));
        done(km.run(km.key(), "issue", "info@example.com", "--key", "p-256", "--out", "out"));
    }

    private static World.Result done(World.Result said) {
        assertEquals(0, said.code(), said.err());
        return said;
    }

    static boolean openssl() {
        try {
            return new ProcessBuilder("openssl", "version").start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private byte[] openssl(String... words) throws IOException, InterruptedException {
        var all = new java.util.ArrayList<>(List.of("openssl"));
        all.addAll(List.of(words));
        var out = folder.resolve("openssl.out");
        var child =
                new ProcessBuilder(all)
                        .directory(folder.toFile())
                        .redirectOutput(out.toFile())
                        .redirectError(folder.resolve("openssl.err").toFile())
                        .start();
        assertTrue(child.waitFor(30, TimeUnit.SECONDS));
        assertEquals(0, child.exitValue(), () -> all + ": " + read(folder.resolve("openssl.err")));
        return Files.readAllBytes(out);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private Path only(String in, String end) throws IOException {
        try (var files = Files.list(folder.resolve(in))) {
            return files.filter(file -> file.toString().endsWith(end)).findFirst().orElseThrow();
        }
    }

    /// The approver's certificate and key, as they have them.
    private void boss(String kind) throws IOException, InterruptedException {
        var words =
                new String[] {
                    "issue",
                    "boss@example.com",
                    "--key",
                    kind,
                    "--usage",
                    "both",
                    "--out",
                    "boss",
                    "--passphrase-to",
                    "boss.txt"
                };
        done(km.run(km.key(), words));
        openssl(
                "pkcs12",
                "-in",
                only("boss", ".p12").toString(),
                "-passin",
                "file:boss.txt",
                "-nodes",
                "-clcerts",
                "-out",
                "boss.pem");
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"rsa-3072", "p-256"})
    @DisplayName("OpenSSL opens what is for a certificate: passphrase, and files that it opens")
    @EnabledIf("openssl")
    void certificate(String kind) throws IOException, InterruptedException {
        boss(kind);
        done(
                km.run(
                        km.shares(),
                        "recover",
                        "info@example.com",
                        "--out",
                        "letters",
                        "--passphrase-for",
                        "boss.pem"));
        var decrypt =
                new String[] {
                    "cms",
                    "-decrypt",
                    "-inform",
                    "DER",
                    "-in",
                    only("letters", "passphrase.p7m").toString(),
                    "-inkey",
                    "boss.pem",
                    "-out",
                    "passphrase"
                };
        openssl(decrypt);
        openssl(
                "pkcs12",
                "-in",
                only("letters", ".p12").toString(),
                "-passin",
                "file:passphrase",
                "-nodes",
                "-nocerts");

        done(
                km.run(
                        km.shares(),
                        "recover",
                        "info@example.com",
                        "--out",
                        "boss",
                        "--to",
                        "boss.pem"));
        decrypt[5] = only("boss", "keys.p7m").toString();
        decrypt[9] = "entity";
        openssl(decrypt);
        var entity = Files.readString(folder.resolve("entity"), StandardCharsets.US_ASCII);
        assertTrue(entity.startsWith("Content-Type: multipart/mixed"), entity);
        var parts = entity.split("\r\n\r\n", -1);
        Files.writeString(folder.resolve("pass2"), parts[2].substring(0, 25) + "\n");
        Files.write(
                folder.resolve("two.p12"),
                java.util.Base64.getMimeDecoder()
                        .decode(parts[3].substring(0, parts[3].indexOf("\r\n--"))));
        openssl("pkcs12", "-in", "two.p12", "-passin", "file:pass2", "-nodes", "-nocerts");
    }

    @Test
    @DisplayName("the owner is told through the gateway, with no address to answer to")
    void told() throws IOException, InterruptedException {
        try (var server = new ScriptedServer(Map.of())) {
            var said =
                    new World(folder, Map.of("POSTERN_SENDMAIL", server.address()))
                            .runWith(
                                    km.shares(),
                                    "km",
                                    "recover",
                                    "info@example.com",
                                    "--data",
                                    "data",
                                    "--out",
                                    "boss",
                                    "--passphrase-to",
                                    "letters/p");
            done(said);
            assertTrue(said.out().contains("info@example.com was told by mail"), said.out());
            var heard = String.join("\n", server.heard());
            assertTrue(heard.contains("MAIL FROM:<>"), heard);
            assertTrue(heard.contains("Auto-Submitted: auto-generated"), heard);
            assertTrue(heard.contains("Subject: Your encryption keys were recovered"), heard);
        }
    }

    @Test
    @DisplayName("without a gateway the message is there to be sent, and that is said")
    void notTold() throws IOException {
        for (var passphrase : List.of("letters/1", "letters/2")) {
            var said =
                    done(
                            km.run(
                                    km.shares(),
                                    "recover",
                                    "info@example.com",
                                    "--out",
                                    "boss",
                                    "--passphrase-to",
                                    passphrase));
            assertTrue(said.err().contains("was NOT told"), said.err());
        }
        var notice = Files.readString(only("boss", ".eml"));
        assertTrue(notice.contains("To: info@example.com\r\n"), notice);
        assertTrue(notice.contains("were not given to anybody"), notice);
        try (var files = Files.list(folder.resolve("boss"))) {
            assertEquals(2, files.filter(file -> file.toString().endsWith(".eml")).count());
        }
    }

    @Test
    @DisplayName("a key that signs as well is called so: when it is made, and when it is recovered")
    void signing() throws IOException {
        var made =
                done(
                        km.run(
                                km.key(),
                                "issue",
                                "all@example.com",
                                "--key",
                                "p-256",
                                "--usage",
                                "both",
                                "--out",
                                "out"));
        assertTrue(made.err().contains("the key that signs is in escrow too"), made.err());
        done(
                km.run(
                        km.shares(),
                        "recover",
                        "all@example.com",
                        "--out",
                        "boss",
                        "--passphrase-to",
                        "letters/p"));
        var notice = Files.readString(only("boss", ".eml"));
        assertTrue(notice.contains("can sign in your name"), notice);
        assertFalse(notice.contains("not given to anybody"), notice);
    }

    @Test
    @DisplayName("approvers sign who gets what: all to one is not the passphrase to them")
    void whoGetsWhat() throws IOException {
        Files.writeString(folder.resolve("boss.pem"), boss(km));
        var all = done(km.run("", "recover", "info@example.com", "--to", "boss.pem", "--request"));
        assertTrue(all.out().contains("(all-to "), all.out());
        assertFalse(all.out().contains("passphrase-to"), all.out());
        var part =
                done(
                        km.run(
                                "",
                                "recover",
                                "info@example.com",
                                "--passphrase-for",
                                "boss.pem",
                                "--request"));
        assertTrue(part.out().contains(", passphrase-to "), part.out());
        assertFalse(part.out().contains("all-to"), part.out());
    }

    @Test
    @DisplayName("nothing is recovered to the same folder, or to whoever can't be trusted")
    void refused() throws IOException {
        var head = km.run("", "audit", "head").out();
        var nobody = km.run("", "recover", "info@example.com", "--out", "boss");
        assertEquals(2, nobody.code());
        assertTrue(nobody.err().contains("to whom the passphrase goes"), nobody.err());
        var same =
                km.run(
                        km.shares(),
                        "recover",
                        "info@example.com",
                        "--out",
                        "boss",
                        "--passphrase-to",
                        "boss/p.txt");
        assertTrue(same.err().contains("can't go beside"), same.err());
        Files.writeString(folder.resolve("junk.pem"), "-----BEGIN CERTIFICATE-----\nAAAA\n");
        var junk = km.run("", "recover", "info@example.com", "--to", "junk.pem");
        assertTrue(junk.err().contains("no certificate"), junk.err());
        Files.writeString(folder.resolve("root.pem"), km.run("", "cert", "--root").out());
        var root = km.run("", "recover", "info@example.com", "--to", "root.pem");
        assertTrue(root.err().contains("nothing is encrypted to"), root.err());
        var signing = km.run("", "list", "info@example.com").out();
        var serial =
                signing.lines()
                        .filter(line -> line.contains(" sign "))
                        .map(line -> line.substring(line.lastIndexOf(' ') + 1))
                        .findFirst()
                        .orElseThrow();
        Files.writeString(folder.resolve("sign.pem"), km.run("", "cert", serial).out());
        var sign = km.run("", "recover", "info@example.com", "--to", "sign.pem");
        assertTrue(sign.err().contains("not for encryption"), sign.err());
        assertEquals(
                2,
                km.run("", "recover", "a@example.com", "--to", "x", "--passphrase-to", "y").code());
        assertEquals(head, km.run("", "audit", "head").out());
    }

    /// Of a certificate for both, as PEM.
    private static String boss(KmPlace km) throws IOException {
        done(
                km.run(
                        km.key(),
                        "issue",
                        "boss@example.com",
                        "--key",
                        "p-256",
                        "--usage",
                        "both",
                        "--out",
                        "letters"));
        var listed = km.run("", "list", "boss@example.com").out().strip();
        return km.run("", "cert", listed.substring(listed.lastIndexOf(' ') + 1)).out();
    }

    @Test
    @DisplayName("a foreign or revoked certificate is not taken, a foreign one that is trusted is")
    void trust() throws IOException {
        var other = new KmPlace(Files.createDirectory(folder.resolve("other")));
        other.made();
        Files.writeString(folder.resolve("f.pem"), boss(other));
        Files.writeString(folder.resolve("ca.pem"), other.run("", "cert").out());
        var foreign =
                km.run(
                        km.shares(),
                        "recover",
                        "info@example.com",
                        "--out",
                        "boss",
                        "--to",
                        "f.pem");
        assertTrue(foreign.err().contains("is not trusted"), foreign.err());
        done(
                km.run(
                        km.shares(),
                        "recover",
                        "info@example.com",
                        "--out",
                        "boss",
                        "--to",
                        "f.pem",
                        "--trust",
                        "ca.pem"));
        Files.writeString(folder.resolve("own.pem"), boss(km));
        done(km.run(km.key(), "revoke", "boss@example.com"));
        var revoked = km.run("", "recover", "info@example.com", "--to", "own.pem");
        assertTrue(revoked.err().contains("is not trusted"), revoked.err());
    }

    @Test
    @DisplayName(
            "a request gets a certificate alone; for encryption only when the loss is accepted")
    @EnabledIf("openssl")
    void request() throws IOException, InterruptedException {
        openssl(
                "req",
                "-new",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-keyout",
                "r.key",
                "-out",
                "r.pem",
                "-subj",
                "/CN=x",
                "-addext",
                "subjectAltName=email:Dave@example.com");
        var said = done(km.run(km.key(), "issue", "dave@example.com", "--csr", "r.pem"));
        Files.writeString(folder.resolve("dave.pem"), said.out());
        var key = openssl("x509", "-in", "dave.pem", "-noout", "-pubkey");
        assertEquals(
                new String(key, StandardCharsets.US_ASCII),
                new String(openssl("pkey", "-in", "r.key", "-pubout"), StandardCharsets.US_ASCII));
        assertFalse(said.out().contains("PRIVATE"));
        var both =
                new String[] {"issue", "dave@example.com", "--csr", "r.pem", "--usage", "encrypt"};
        assertTrue(km.run(km.key(), both).err().contains("--no-escrow"));
        var meant =
                new String[] {
                    "issue",
                    "dave@example.com",
                    "--csr",
                    "r.pem",
                    "--usage",
                    "encrypt",
                    "--no-escrow"
                };
        assertTrue(done(km.run(km.key(), meant)).err().contains("NOT in escrow"));
        assertTrue(
                km.run(km.key(), "issue", "eve@example.com", "--csr", "r.pem")
                        .err()
                        .contains("is for Dave@example.com"));
        assertTrue(
                km.run(km.key(), "issue", "dave@example.com", "--csr", "r.pem")
                        .err()
                        .contains("already"));
        Files.writeString(folder.resolve("bad"), "nothing");
        assertEquals(1, km.run(km.key(), "issue", "f@example.com", "--csr", "bad").code());
        assertEquals(2, km.run(km.key(), "issue", "f@example.com", "--no-escrow").code());
    }
}
