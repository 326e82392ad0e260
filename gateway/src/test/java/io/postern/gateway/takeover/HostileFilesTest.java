package io.postern.gateway.takeover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Files that nobody meant well")
class HostileFilesTest {
    @TempDir Path root;

    private String unreadable(String opendkim) {
        return new OldHouse(root).read(Optional.of(opendkim), Optional.empty(), Optional.empty())
                        instanceof Takeover.Result.Unreadable(_, var why, _)
                ? why
                : "read";
    }

    @Test
    @DisplayName("too large, a folder, missing, or a way out of the copy: told, not read")
    void named() throws Exception {
        new OldHouse(root).with("/big.conf", "Syslog yes\n".repeat(1_000_000));
        assertEquals("it is larger than 1024 KiB", unreadable("/big.conf"));
        Files.createDirectory(root.resolve("folder"));
        assertEquals("it is a folder", unreadable("/folder"));
        assertEquals("there is no such file", unreadable("/none"));
        Files.createSymbolicLink(root.resolve("out"), Path.of("/etc/hostname"));
        assertEquals("it leads out of --root", unreadable("/out"));
        assertEquals("there is no such file", unreadable("/../../../../../etc/hostname"));
        assertEquals("it is no regular file", whyOf(Path.of("/dev/zero")));
        assertEquals("there is no such file", whyOf(root.resolve("none")));
    }

    private static String whyOf(Path file) {
        return Takeover.read(
                                new Takeover.Sources(
                                        Optional.of(file),
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.empty()))
                        instanceof Takeover.Result.Unreadable(_, var why, _)
                ? why
                : "read";
    }

    @Test
    @DisplayName("a text of a foreign file does not leave its comment, nor drive the terminal")
    void comments() {
        var takeover =
                new OldHouse(root)
                        .with("/k", OldHouse.ed25519())
                        .with(
                                "/etc/opendkim.conf",
                                "Domain example.com\nSelector s\nKeyFile /k\nEvil\u001b[31m\u2028x y\nNonsense\rhostname=evil y\n")
                        .opendkim();
        assertEquals("mail.example.com", OldHouse.config(takeover).hostname().name());
        assertTrue(
                takeover.configuration()
                        .orElseThrow()
                        .chars()
                        .noneMatch(c -> c == 27 || c == '\r'));
    }

    @Test
    @DisplayName("a thousand remarks are enough")
    void manyRemarks() {
        var takeover =
                new OldHouse(root).with("/etc/opendkim.conf", "xyz 1\n".repeat(5000)).opendkim();
        assertEquals(1001, takeover.remarks().size());
    }

    @RepeatedTest(200)
    @DisplayName("random lines never throw")
    void random(RepetitionInfo repetition) {
        var random = new Random(repetition.getCurrentRepetition());
        var words =
                new String[] {
                    "KeyTable",
                    "SigningTable",
                    "Domain",
                    "Selector",
                    "KeyFile",
                    "refile:/f",
                    "file:/f",
                    "/f",
                    "*",
                    "%",
                    "*@example.com",
                    "example.com:s:/f",
                    ":",
                    "::",
                    "=",
                    "{",
                    "}",
                    "[",
                    "]",
                    "\"",
                    "$",
                    "${",
                    "$a",
                    "a",
                    "\n",
                    "\n",
                    "\n ",
                    "#",
                    ";",
                    "domain",
                    "selector",
                    "path",
                    "mynetworks",
                    "relay_domains",
                    "transport_maps",
                    "hash:/f",
                    "\0",
                    "\u001b",
                    "10.0.0.0/8",
                    "!",
                    "smtp:[x]:25",
                    "signing_table",
                    "key_table",
                    "Include",
                    "relayhost",
                    ",",
                    "é",
                    "."
                };
        var text = new StringBuilder();
        for (int i = 0; i < 80; i++) {
            text.append(words[random.nextInt(words.length)])
                    .append(random.nextInt(3) == 0 ? "" : " ");
        }
        var house =
                new OldHouse(root)
                        .with("/f", text.reverse().toString())
                        .with("/etc/opendkim.conf", text.reverse().toString())
                        .with("/etc/rspamd/local.d/dkim_signing.conf", text.toString())
                        .with("/etc/postfix/main.cf", text.toString());
        for (var takeover : new Takeover[] {house.opendkim(), house.rspamd(), house.postfix()}) {
            takeover.configuration().ifPresent(_ -> OldHouse.config(takeover));
            assertTrue(OldHouse.signs(takeover, "a@example.com").size() < 100);
        }
    }
}
