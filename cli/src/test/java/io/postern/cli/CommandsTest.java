package io.postern.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.gateway.config.ConfigReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Commands on a data folder that nobody uses")
class CommandsTest {
    private static final String MESSAGE =
            "From: me@example.com\nTo: you@example.net\nSubject: Gr\u00fc\u00dfe\n\nHello\n";

    private static final String CONFIGURATION =
            """
            hostname = "gw.example.com"

            [[listener]]
            role = "outbound"
            address = "127.0.0.1:2525"

            [[domain]]
            name = "example.com"
            """;

    @TempDir Path folder;

    @Test
    @DisplayName("dkim new works before the first serve, and its record verifies what sign signs")
    void signAndVerify() throws Exception {
        var world = new World(folder);
        var made = world.run("dkim", "new", "example.com");
        assertEquals(0, made.code(), made.err());
        assertEquals(2, made.out().lines().filter(line -> line.contains(" TXT ")).count());
        assertEquals(1, world.runWith(MESSAGE, "sign").code(), "not before the DNS shows them");
        for (var selector : selectors(made.out())) {
            assertEquals(2, world.run("dkim", "activate", "example.com", selector).code());
            var active = world.run("dkim", "activate", "example.com", selector, "--without-dns");
            assertEquals(0, active.code(), active.err());
        }

        var signed = world.runWith(MESSAGE, "sign");
        assertEquals(0, signed.code(), signed.err());
        assertTrue(signed.out().startsWith("DKIM-Signature: "), signed.out());
        assertTrue(signed.out().endsWith("\r\n\r\nHello\r\n"), signed.out());
        Files.writeString(folder.resolve("signed.eml"), signed.out());

        var own = world.run("verify", "signed.eml");
        assertEquals(0, own.code(), own.err());
        assertEquals(2, own.out().split("dkim=pass", -1).length - 1, own.out());

        Files.writeString(folder.resolve("zone"), world.run("dkim", "record", "example.com").out());
        var zone = world.runWith(signed.out(), "verify", "--dns", "zone", "--explain");
        assertEquals(0, zone.code(), zone.err());
        assertTrue(zone.out().contains("Signature 2: pass"), zone.out());

        Files.writeString(folder.resolve("empty.zone"), "");
        assertEquals(1, world.run("verify", "--dns", "empty.zone", "signed.eml").code());
        assertEquals(
                1,
                world.runWith(signed.out().replace("Hello", "Hallo"), "verify", "--dns", "zone")
                        .code());
    }

    private static List<String> selectors(String records) {
        return records.lines()
                .filter(line -> line.contains(" TXT "))
                .map(line -> line.substring(0, line.indexOf('.')))
                .toList();
    }

    @Test
    @DisplayName("sign and verify take LF files as mail, and leave CRLF files as they are")
    void unsigned() {
        var result = new World(folder).runWith(MESSAGE, "verify", "--dns", "/dev/null");
        assertEquals(1, result.code(), result.err());
        assertTrue(result.out().contains("dkim=none"), result.out());
    }

    @Test
    @DisplayName("an imported key is listed and signs; the same key signs from its file")
    void importKey() throws Exception {
        var world = new World(folder);
        var pem = "-----BEGIN PRIVATE KEY-----\n" + newEd25519() + "\n-----END PRIVATE KEY-----\n";
        var file = Files.writeString(folder.resolve("k.pem"), pem);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        var taken = world.run("dkim", "import", "example.com", "mail", "k.pem");
        assertTrue(taken.err().contains("can read k.pem"), taken.err());
        assertEquals(0, taken.code(), taken.err());
        var list = world.run("dkim", "list");
        assertTrue(list.out().contains("mail"), list.out());
        assertFalse(world.run("dkim", "list", "--json").out().contains("PRIVATE"));

        Files.writeString(folder.resolve("zone"), world.run("dkim", "record", "example.com").out());
        var signed =
                world.runWith(
                        MESSAGE,
                        "sign",
                        "--key",
                        "k.pem",
                        "--selector",
                        "mail",
                        "--domain",
                        "example.com");
        assertEquals(0, signed.code(), signed.err());
        assertEquals(0, world.runWith(signed.out(), "verify", "--dns", "zone").code());

        var again = world.runWith(pem, "dkim", "import", "example.com", "mail", "-");
        assertEquals(1, again.code());
    }

    @Test
    @DisplayName(
            "keys of a domain that is not ours are made, said to do nothing, and not looked for")
    void notOurs() throws Exception {
        var world = new World(folder);
        configure("", "");
        var made = world.run("dkim", "new", "example.net", "--config", "p.toml");
        assertEquals(0, made.code(), made.err());
        var says = "postern: warning: example.net is not in the configuration";
        assertTrue(made.err().contains(says), made.err());
        var pem = "-----BEGIN PRIVATE KEY-----\n" + newEd25519() + "\n-----END PRIVATE KEY-----\n";
        var taken =
                world.runWith(
                        pem, "dkim", "import", "example.net", "mail", "-", "--config", "p.toml");
        assertEquals(0, taken.code(), taken.err());
        assertTrue(taken.err().contains(says), taken.err());
        for (var zone : List.of(made.out(), taken.out())) {
            assertFalse(zone.contains("configuration"), zone);
        }
        var checked = world.run("dkim", "check", "example.net", "--config", "p.toml");
        assertEquals(1, checked.code());
        assertTrue(checked.err().contains("example.net is not a domain"), checked.err());
        assertTrue(checked.err().contains("[[domain]]"), checked.err());
    }

    /// Writes `p.toml`, with more settings before and in its one domain.
    private void configure(String before, String inside) throws IOException {
        Files.writeString(
                folder.resolve("p.toml"),
                """
                hostname = "gw.example.com"
                data = "data"
                [[listener]]
                role = "outbound"
                address = "127.0.0.1:0"
                %s
                [[domain]]
                name = "example.com"
                %s
                """
                        .formatted(before, inside));
    }

    private static String newEd25519() throws Exception {
        var pair = java.security.KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        return java.util.Base64.getMimeEncoder().encodeToString(pair.getPrivate().getEncoded());
    }

    @Test
    @DisplayName("[dkim] bits: those of a new RSA key, unless the command says others")
    void bitsOfNewKeys() throws Exception {
        var world = new World(folder);
        configure("[dkim]\nbits = 3072", "");
        var wish = List.of("dkim", "new", "example.com", "--config", "p.toml", "--json");
        var made = world.run(with(wish, "--algorithm", "rsa"));
        assertEquals(0, made.code(), made.err());
        assertTrue(made.out().contains("\"bits\" : 3072"), made.out());
        var other = world.run(with(wish, "--algorithm", "rsa", "--bits", "2048"));
        assertTrue(other.out().contains("\"bits\" : 2048"), other.out());
    }

    @Test
    @DisplayName("rotate --compromised: also of the types whose keys do not sign at the moment")
    void stolenAndSilent() throws Exception {
        var world = new World(folder);
        configure("", "");
        var made = world.run("dkim", "new", "example.com", "--config", "p.toml");
        assertEquals(0, made.code(), made.err());
        var old = selectors(made.out());
        var stolen =
                world.run("dkim", "rotate", "example.com", "--compromised", "--config", "p.toml");
        assertEquals(0, stolen.code(), stolen.err());
        assertEquals(2, selectors(stolen.out()).size(), stolen.out());
        var list = world.run("dkim", "list", "example.com", "--config", "p.toml").out();
        for (var line : list.lines().skip(1).toList()) {
            assertEquals(old.stream().anyMatch(line::contains), line.contains("compromised"), list);
        }
    }

    @Test
    @DisplayName("algorithms: a key that would sign nothing is neither made nor rotated by default")
    void usableAlgorithms() throws Exception {
        var world = new World(folder);
        configure("", "algorithms = [\"rsa\"]");
        var configured = List.of("--config", "p.toml", "example.com");
        var made = world.run(with(List.of("dkim", "new"), configured));
        assertEquals(0, made.code(), made.err());
        assertEquals(1, selectors(made.out()).size(), made.out());
        var rsa = selectors(made.out()).getFirst();
        var other = world.run(with(List.of("dkim", "new", "--algorithm", "ed25519"), configured));
        var selector = selectors(other.out()).getFirst();
        for (var one : List.of(rsa, selector)) {
            var active =
                    world.run(
                            with(
                                    List.of("dkim", "activate", "--without-dns"),
                                    with(configured, one)));
            assertEquals(0, active.code(), active.err());
        }
        var next = world.run(with(List.of("dkim", "rotate"), configured));
        assertEquals(0, next.code(), next.err());
        assertEquals(1, selectors(next.out()).size(), next.out());
        assertTrue(next.out().contains("k=rsa"), next.out());
    }

    private static String[] with(List<String> words, List<String> more) {
        return with(words, more.toArray(String[]::new));
    }

    private static String[] with(List<String> words, String... more) {
        return Stream.concat(words.stream(), Stream.of(more)).toArray(String[]::new);
    }

    record Case(String rule, String command, int code, String says) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Case> faults() {
        return Stream.of(
                new Case("no command", "", 2, "--help"),
                new Case("unknown command", "quue", 2, "did you mean queue"),
                new Case("unknown option", "queue list --colour", 2, "--colour"),
                new Case("no subcommand", "queue", 2, "queue --help"),
                new Case("unknown subcommand", "queue lst", 2, "no command lst (did you mean list"),
                new Case("a word too many", "queue show 1 2", 2, "too many: 2"),
                new Case("no file to check", "config check", 2, "--config postern.toml"),
                new Case("no data folder", "queue list", 1, "--data or --config"),
                new Case("no configuration", "queue list --config no.toml", 1, "no.toml"),
                new Case("bad configuration", "config check bad.toml", 1, "bad.toml"),
                new Case("bad age", "queue list --data d --older-than 2x", 2, "2x"),
                new Case("bad limit", "queue list --data d --limit 0", 2, "--limit"),
                new Case("delete everything, unsaid", "queue delete --data d", 1, "--all"),
                new Case("unknown message", "explain --data d 1", 1, "no message 1"),
                new Case("nothing found", "track --data d nothing", 1, "nothing"),
                new Case("no key", "dkim list --data d", 1, "dkim new"),
                new Case("bad domain", "dkim new --data d a..b", 1, "a..b"),
                new Case("key without selector", "sign --key k.pem", 2, "--selector"),
                new Case("no such file", "verify --dns /dev/null no.eml", 1, "no.eml"),
                new Case("serve in two folders", "serve --config bad.toml --data d", 2, "--data"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    @DisplayName("a fault is one line that names the thing and the remedy")
    void fault(Case c) throws Exception {
        Files.writeString(folder.resolve("bad.toml"), "hostnam = \"gw.example.com\"\n");
        var mode =
                java.nio.file.attribute.PosixFilePermissions.asFileAttribute(
                        java.nio.file.attribute.PosixFilePermissions.fromString("rwx------"));
        Files.createDirectory(folder.resolve("d"), mode);
        var words = c.command().isEmpty() ? new String[0] : c.command().split(" ", -1);
        var result = new World(folder).run(words);
        assertEquals(c.code(), result.code(), result.err());
        assertEquals(1, result.err().lines().count(), result.err());
        assertTrue(result.err().startsWith("postern: "), result.err());
        assertTrue(result.err().contains(c.says()), result.err());
        assertEquals("", result.out());
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "serve",
                "sendmail",
                "dkim",
                "dkim new",
                "dkim list",
                "dkim record",
                "dkim import",
                "import",
                "sign",
                "verify",
                "queue",
                "queue list",
                "queue show",
                "queue hold",
                "queue release",
                "queue retry",
                "queue delete",
                "track",
                "explain",
                "config",
                "config check",
                "config show",
                "config reference",
                "version"
            })
    @DisplayName("every command has help with an example")
    void help(String command) {
        var result = new World(folder, Map.of(), 80).run((command + " --help").split(" ", -1));
        assertEquals(0, result.code(), result.err());
        assertTrue(result.out().contains("xample"), result.out());
        assertTrue(result.out().contains("  postern " + command), result.out());
        assertTrue(
                result.out().lines().allMatch(line -> line.length() <= 80),
                "lines that do not fit a terminal:\n" + result.out());
    }

    @Test
    @DisplayName("config check takes its file with --config and alone; reference is the page")
    void configCheck() throws Exception {
        Files.writeString(folder.resolve("postern.toml"), CONFIGURATION);
        var world = new World(folder);
        for (var words :
                List.of(
                        List.of("config", "check", "--config", "postern.toml"),
                        List.of("config", "check", "postern.toml"))) {
            var checked = world.run(words.toArray(String[]::new));
            assertEquals(0, checked.code(), checked.err());
            assertTrue(checked.out().startsWith("postern.toml: good."), checked.out());
        }
        assertEquals(ConfigReference.page(), world.run("config", "reference").out());
    }

    @Test
    @DisplayName("config show tells what the file sets from what is by default")
    void configShow() throws Exception {
        Files.writeString(folder.resolve("postern.toml"), CONFIGURATION);
        var world = new World(folder);
        var shown = world.run("config", "show", "--config", "postern.toml");
        assertEquals(0, shown.code(), shown.err());
        assertTrue(shown.out().contains("hostname = \"gw.example.com\"\n"), shown.out());
        assertTrue(shown.out().contains("outbound.port = 25    # default"), shown.out());
        assertTrue(shown.out().contains("# signatures by "), shown.out());
        assertTrue(shown.out().contains("listener[0].address = \"127.0.0.1:2525\"\n"), shown.out());
        var set = world.run("config", "show", "--config", "postern.toml", "--set");
        assertFalse(set.out().contains("# default"), set.out());
        assertEquals(0, world.run("config", "check", "postern.toml").code());
    }
}
