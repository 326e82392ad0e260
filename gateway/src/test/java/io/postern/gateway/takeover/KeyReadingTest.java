package io.postern.gateway.takeover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("A key that can't be taken over is told with its remedy, and stops no other")
class KeyReadingTest {
    private static final String GOOD = OldHouse.ed25519();

    @TempDir Path root;

    private Takeover with(String table) {
        return new OldHouse(root)
                .with("/k/good", GOOD)
                .with("/kt", table + "\ngood example.org:s:/k/good\n")
                .with("/st", "*@example.com k\n*@example.org good\n")
                .with("/etc/opendkim.conf", "KeyTable /kt\nSigningTable refile:/st\n")
                .opendkim();
    }

    record Case(String rule, String selector, String key, String says) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Case> files() {
        return Stream.of(
                new Case("no key", "s", "hello, world\n", "neither PEM nor base64"),
                new Case("empty", "s", "", "it is empty"),
                new Case(
                        "the wrong type",
                        "s",
                        OldHouse.pem("EC", 256),
                        "DKIM knows only RSA and Ed25519"),
                new Case("too small", "s", OldHouse.pem("RSA", 1024), "too weak"),
                new Case(
                        "encrypted",
                        "s",
                        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
                        "openssl pkey"),
                new Case(
                        "the public half",
                        "s",
                        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
                        "give the private key's file"),
                new Case("huge", "s", "x".repeat(40_000), "larger than 32 KiB"),
                new Case("a selector that the DNS does not take", "_s", GOOD, "not a selector"),
                new Case("a selector of 64 characters", "s".repeat(64), GOOD, "not a selector"),
                new Case("a selector that is too long", "s.".repeat(120) + "s", GOOD, "too long"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("files")
    @DisplayName("bad keys and selectors")
    void bad(Case c) {
        new OldHouse(root).with("/k/bad", c.key());
        var takeover = with("k example.com:" + c.selector() + ":/k/bad");
        var fault = OldHouse.fault(takeover);
        assertTrue(fault.contains(c.says()), fault);
        assertTrue(takeover.keys().get(1).state() instanceof OldKey.State.Usable);
        var config = OldHouse.config(takeover);
        assertFalse(config.domain().getFirst().sign());
        assertTrue(config.domain().get(1).sign());
        assertTrue(takeover.lists().contains("can't be taken over"), takeover.lists());
    }

    @Test
    @DisplayName("a file that is missing, a folder, or outside the copy")
    void places() throws Exception {
        assertTrue(OldHouse.fault(with("k example.com:s:/k/none")).contains("no such file"));
        assertTrue(OldHouse.fault(with("k example.com:s:/k")).contains("it is a folder"));
        Files.createSymbolicLink(root.resolve("k/out"), Path.of("/etc/hostname"));
        assertTrue(OldHouse.fault(with("k example.com:s:/k/out")).contains("out of --root"));
        Files.createSymbolicLink(root.resolve("k/loop"), root.resolve("k/loop"));
        var loop = OldHouse.fault(with("k example.com:s:/k/loop"));
        assertTrue(loop.contains("/k/loop: "), loop);
        assertTrue(
                OldHouse.fault(with("k example.com:s:/../../etc/hostname"))
                        .contains("no such file"));
    }

    @Test
    @DisplayName("a key that everybody can read is taken over, with a warning")
    void readable() throws Exception {
        var file = Files.writeString(Files.createDirectories(root.resolve("k")).resolve("w"), GOOD);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        var takeover = with("k example.com:s:/k/w");
        assertEquals("", OldHouse.fault(takeover));
        assertTrue(
                takeover.lists().contains("warning: every user of that machine can read"),
                takeover.lists());
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        assertFalse(
                with("k example.com:s:/k/w")
                        .lists()
                        .contains("/k/w: ed25519, 256 bits\n#     warning"));
    }

    @Test
    @DisplayName("one selector with two keys: neither is taken over; the same key twice is one")
    void rivals() {
        var house =
                new OldHouse(root)
                        .with("/k/good", GOOD)
                        .with("/k/same", GOOD)
                        .with("/k/other", OldHouse.ed25519())
                        .with("/etc/opendkim.conf", "KeyTable /kt\nSigningTable refile:/st\n")
                        .with("/st", "a@example.com a\nb@example.com b\n")
                        .with("/kt", "a example.com:s:/k/good\nb example.com:S:/k/other\n");
        var rivals = house.opendkim();
        assertEquals(2, rivals.keys().size());
        assertTrue(
                OldHouse.fault(rivals)
                        .contains("there are different keys for it: /k/good, /k/other"),
                OldHouse.fault(rivals));
        var twins =
                house.with("/kt", "a example.com:s:/k/good\nb example.com:S:/k/same\n").opendkim();
        assertEquals(1, twins.keys().size());
        assertEquals("", OldHouse.fault(twins));
    }

    @Test
    @DisplayName("a key in the table is read, and never shown")
    void inline() {
        var bare = GOOD.lines().filter(line -> !line.startsWith("-")).reduce("", String::concat);
        var takeover = with("k example.com:s:" + bare);
        assertEquals("", OldHouse.fault(takeover));
        assertFalse(takeover.configuration().orElseThrow().contains(bare));
        assertFalse(takeover.keys().toString().contains(bare));
    }
}
