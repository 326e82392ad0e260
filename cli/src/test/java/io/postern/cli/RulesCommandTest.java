package io.postern.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("postern rules")
class RulesCommandTest {
    private static final String CONFIG =
            """
            hostname = "gw.example.com"
            [[listener]]
            role = "outbound"
            address = "127.0.0.1:2525"
            [[domain]]
            name = "example.com"
            [[rule]]
            name = "bad-net"
            stage = "connect"
            when = 'client.ip.within("192.0.2.0/24")'
            action = "refuse"
            [[rule]]
            name = "tried"
            stage = "mail"
            when = 'size > 1000'
            action = "defer"
            mode = "shadow"
            [[rule]]
            name = "nobody"
            stage = "rcpt"
            when = 'forward_path.local == "nobody"'
            action = "refuse"
            [[rule]]
            name = "pills"
            stage = "message"
            when = 'subject.contains("pills")'
            action = "refuse"
            text = "no pills"
            [[rule]]
            name = "weak"
            stage = "mail"
            when = 'auth.method == "PLAIN"'
            action = "refuse"
            """;

    @TempDir Path folder;

    @BeforeEach
    void write() throws Exception {
        Files.writeString(folder.resolve("p.toml"), CONFIG);
        Files.writeString(folder.resolve("m.eml"), "Subject: cheap pills\n\nHello\n");
    }

    private World.Result run(List<String> more) {
        var words = new ArrayList<>(List.of("rules", "test", "--config", "p.toml"));
        words.addAll(more);
        return new World(folder).run(words.toArray(String[]::new));
    }

    record Case(String rule, String words, int code, String says) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Case> cases() {
        String usual = "--from a@b.example --to c@example.net --ip 198.51.100.1";
        return Stream.of(
                new Case("nothing against it", usual, 0, "taken by the rules"),
                new Case(
                        "refused by address",
                        usual.replace("198.51.100.1", "192.0.2.9"),
                        1,
                        "connect  bad-net  enforce  holds   refuse with 554 5.7.1"),
                new Case(
                        "shadow does nothing",
                        usual + " --size 5000",
                        0,
                        "nothing; it would defer with 450 4.7.1"),
                new Case(
                        "one recipient of two",
                        usual + " --to nobody@example.net",
                        0,
                        "rcpt <nobody@example.net>"),
                new Case(
                        "no recipient left",
                        "--from a@b.example --to nobody@example.net --ip ::1",
                        1,
                        "not taken"),
                new Case("a message", usual + " m.eml", 1, "refuse with 550 5.7.1 no pills"),
                new Case(
                        "a field",
                        usual + " --header Subject:pills",
                        1,
                        "refuse with 550 5.7.1 no pills"),
                new Case(
                        "one stage only",
                        usual.replace("198.51.100.1", "192.0.2.9") + " --stage message m.eml",
                        1,
                        "message  pills"),
                new Case("a user", usual + " --user anna", 0, "taken by the rules"),
                new Case(
                        "by another mechanism",
                        usual + " --user anna --auth-method plain",
                        1,
                        "not taken"),
                new Case("a mechanism without a user", usual + " --auth-method PLAIN", 2, "--user"),
                new Case("no address", usual + "x", 2, "--ip is an address"),
                new Case(
                        "no such listener",
                        usual + " --listener inbound",
                        2,
                        "there is no listener inbound; there are outbound-2525"),
                new Case("JSON", usual + " --json", 0, "\"taken\" : true"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void test(Case c) {
        var result = run(List.of(c.words().split(" ")));
        assertEquals(c.code(), result.code(), result.out() + result.err());
        assertTrue((result.out() + result.err()).contains(c.says()), result.out() + result.err());
    }

    @Test
    @DisplayName("list shows them in the order in which they are asked")
    void list() {
        var result = new World(folder).run("rules", "list", "--config", "p.toml");
        assertEquals(0, result.code(), result.err());
        assertTrue(
                result.out().matches("(?s)STAGE.*bad-net.*tried.*nobody.*pills.*"), result.out());
    }

    @Test
    @DisplayName("config check reads conditions, and points into them")
    void check() throws Exception {
        Files.writeString(folder.resolve("p.toml"), CONFIG.replace("size >", "sise >"));
        var result = new World(folder).run("config", "check", "p.toml");
        assertEquals(1, result.code());
        assertTrue(
                result.err()
                        .contains(
                                "p.toml:15:9: rule tried: sise is not a fact; did you mean size?"),
                result.err());
    }

    @Test
    @DisplayName("reload without a running gateway says so")
    void notRunning() throws Exception {
        Files.createDirectory(
                folder.resolve("data"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        var result = new World(folder).run("reload");
        assertEquals(1, result.code());
        assertTrue(result.err().contains("does not run"), result.err());
    }
}
