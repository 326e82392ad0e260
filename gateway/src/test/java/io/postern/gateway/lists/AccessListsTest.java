package io.postern.gateway.lists;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.gateway.config.Config;
import io.postern.gateway.config.ConfigException;
import io.postern.gateway.identities.Postmaster;
import io.postern.gateway.identities.ReverseNames;
import io.postern.gateway.identities.Situations;
import io.postern.testkit.FakeDns;
import io.postern.testkit.Warnings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("Lists of clients, names and addresses")
class AccessListsTest {
    private static final String STRANGER = "192.0.2.25";
    private static final String HELO = "mail.stranger.example";
    private static final String FROM = "joe@stranger.example";
    private static final String TO = "info@example.com";
    private static final FakeDns DNS =
            FakeDns.zone(
                    """
                    25.2.0.192.in-addr.arpa. PTR pool-25.isp.example.
                    25.2.0.192.in-addr.arpa. PTR mail.partner.example.
                    pool-25.isp.example. A 192.0.2.25
                    mail.partner.example. A 192.0.2.99
                    """);

    private static AccessLists lists(Config config) {
        return new AccessLists(
                config.accessList(),
                new ReverseNames(DNS, Duration.ofSeconds(20)),
                new Postmaster(config));
    }

    private static String play(String toml, String client, String from, String to) {
        var config = Situations.config(toml);
        return Situations.of(config, client, HELO).play(lists(config), from, to);
    }

    private static String list(String of, String entries, String more) {
        return """
        [[access_list]]
        name = "bad"
        of = "%s"
        entries = [%s]
        reply = "554 5.7.1 not from there"
        %s
        """
                .formatted(of, entries, more);
    }

    record Case(String rule, String of, String entries, String more, String from, String want) {
        Case(String rule, String of, String entries, String want) {
            this(rule, of, entries, "", FROM, want);
        }

        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Case> cases() {
        var no = "554 5.7.1 not from there";
        return Stream.of(
                new Case("§2.5 a host", "client", "'192.0.2.25'", "connect " + no + " (close)"),
                new Case(
                        "§2.5 a network", "client", "'192.0.2.0/24'", "connect " + no + " (close)"),
                new Case("another network", "client", "'192.0.3.0/24', '2001:db8::/32'", "pass"),
                new Case(
                        "a client may be refused later, so that the log has more",
                        "client",
                        "'192.0.2.25'",
                        "at = 'rcpt'",
                        FROM,
                        "rcpt " + no),
                new Case("a HELO name", "helo", "'MAIL.stranger.example'", "helo " + no),
                new Case("names below, by a leading dot", "helo", "'.example'", "helo " + no),
                new Case("… and not itself", "helo", "'.mail.stranger.example'", "pass"),
                new Case("no leading dot, no names below", "helo", "'stranger.example'", "pass"),
                new Case("the client's name", "reverse-name", "'.isp.example'", "helo " + no),
                new Case(
                        "a name only claimed is refused too",
                        "reverse-name",
                        "'mail.partner.example'",
                        "helo " + no),
                new Case(
                        "a confirmed name lets through",
                        "reverse-name",
                        "'.isp.example'",
                        "action = 'allow'",
                        FROM,
                        "helo allow"),
                new Case(
                        "a name only claimed lets nobody through",
                        "reverse-name",
                        "'mail.partner.example'",
                        "action = 'allow'",
                        FROM,
                        "pass"),
                new Case("§2.7 an address", "reverse-path", "'Joe@Stranger.example'", "mail " + no),
                new Case("§2.7 a domain", "reverse-path", "'stranger.example'", "mail " + no),
                new Case("a local part at any domain", "reverse-path", "'joe@'", "mail " + no),
                new Case("domains below", "reverse-path", "'.example'", "mail " + no),
                new Case("another address", "reverse-path", "'ann@stranger.example'", "pass"),
                new Case(
                        "a U-label is its A-label",
                        "reverse-path",
                        "'müller.example'",
                        "",
                        "joe@xn--mller-kva.example",
                        "mail " + no));
    }

    @ParameterizedTest(name = "RFC 2505 {0}")
    @MethodSource("cases")
    void refuse(Case c) {
        assertEquals(c.want(), play(list(c.of(), c.entries(), c.more()), STRANGER, c.from(), TO));
    }

    @Test
    @DisplayName("RFC 2505 §2.13: every list names its own reply, temporary or not")
    void replies() {
        var toml =
                """
                [[access_list]]
                name = "later"
                of = "reverse-path"
                entries = ["later.example"]
                reply = "451 4.7.1 come again tomorrow"
                [[access_list]]
                name = "never"
                of = "reverse-path"
                entries = ["never.example"]
                reply = "553 5.7.1 never"
                """;
        assertEquals(
                "mail 451 4.7.1 come again tomorrow", play(toml, STRANGER, "a@later.example", TO));
        assertEquals("mail 553 5.7.1 never", play(toml, STRANGER, "a@never.example", TO));
    }

    @Test
    @DisplayName("RFC 2505 §2.6.1: MAIL FROM:<> can't be listed, and no list refuses it")
    void nullReversePath() {
        var everybody = list("reverse-path", "'postmaster@', 'stranger.example'", "");
        assertEquals("pass", play(everybody, STRANGER, "", TO));
        var wrong =
                assertThrows(
                        ConfigException.class,
                        () -> play(list("reverse-path", "'<>'", ""), STRANGER, "", TO));
        assertTrue(wrong.toString().contains("RFC 2505 §2.6.1"), wrong::toString);
    }

    @Test
    @DisplayName("RFC 2505 §2.6.2: our own addresses are not refused as such")
    void ownAddresses() {
        try (var _ = new Warnings("io.postern.gateway")) {
            var toml = list("reverse-path", "'joe@', '.com'", "");
            assertEquals("pass", play(toml, STRANGER, "joe@example.com", TO));
        }
    }

    @Test
    @DisplayName("RFC 5321 §4.5.1: a list asked at RCPT lets mail to postmaster pass")
    void postmaster() {
        var toml = list("client", "'0.0.0.0/0'", "at = 'rcpt'");
        assertEquals("pass", play(toml, STRANGER, FROM, "Postmaster@example.com"));
        assertEquals("pass", play(toml, STRANGER, FROM, "postmaster"));
        assertEquals(
                "rcpt 554 5.7.1 not from there",
                play(toml, STRANGER, FROM, "postmaster@elsewhere.example"));
    }

    @Test
    @DisplayName("the first list that knows the client decides")
    void order() {
        var toml =
                """
                [[access_list]]
                name = "friends"
                of = "client"
                action = "allow"
                entries = ["192.0.2.25"]
                """
                        + list("client", "'192.0.2.0/24'", "");
        assertEquals("connect allow", play(toml, STRANGER, FROM, TO));
        assertEquals(
                "connect 554 5.7.1 not from there (close)", play(toml, "192.0.2.26", FROM, TO));
    }

    @Test
    @DisplayName("a list is asked on the listeners of its roles only")
    void roles() {
        var config = Situations.config(list("client", "'192.0.2.0/24'", ""));
        var inside = Situations.of(config, STRANGER, HELO).outbound();
        assertEquals("pass", inside.play(lists(config), FROM, TO));
    }

    @Test
    @DisplayName("what a list says wrongly is named, with what would be right")
    void wrong() {
        assertMessage(list("client", "'192.0.2.0/33'", ""), "\"192.0.2.0/33\" is not a network");
        assertMessage(list("helo", "'not a name'", ""), "\"not a name\" is not a name");
        assertMessage(list("reverse-path", "'a@b@'", "at = 'connect'"), "known at mail");
        assertMessage(list("reverse-path", "'<a@b.example>'", ""), "without < >");
        assertMessage(list("client", "", ""), "give entries or a file");
        assertMessage(list("client", "", "file = 'nowhere'"), "can't be read");
        assertMessage(list("helo", "'a.b'", "") + list("helo", "'a.b'", ""), "two access_list");
        assertMessage(
                list("helo", "'a.b'", "").replace("554 5.7.1 not", "250 2.0.0 not"),
                "is a reply such as");
        assertMessage(
                list("helo", "'a.b'", "").replace("554 5.7.1 not", "451 5.7.1 not"),
                "4yz with 4.y.z");
        assertMessage(list("reverse-name", "'a.b'", "roles = ['outbound']"), "out of roles");
    }

    private static void assertMessage(String toml, String part) {
        var wrong = assertThrows(ConfigException.class, () -> lists(Situations.config(toml)), toml);
        assertTrue(wrong.toString().contains(part), wrong::toString);
    }

    @Test
    @DisplayName("a file is taken up again when it has changed, whole or not at all")
    void reload(@TempDir Path folder) throws IOException {
        var file = folder.resolve("bad.list");
        write(file, "# networks\n198.51.100.0/24 # a remark\n\n", 1);
        var config = Situations.config(list("client", "'203.0.113.1'", "file = '" + file + "'"));
        var lists = lists(config);
        assertEquals("pass", Situations.of(config, STRANGER, HELO).play(lists, FROM, TO));

        write(file, "192.0.2.0/24\n", 2);
        lists.look();
        var refused = "connect 554 5.7.1 not from there (close)";
        assertEquals(refused, Situations.of(config, STRANGER, HELO).play(lists, FROM, TO));
        assertEquals("pass", Situations.of(config, "198.51.100.7", HELO).play(lists, FROM, TO));
        assertEquals(refused, Situations.of(config, "203.0.113.1", HELO).play(lists, FROM, TO));

        Files.delete(file);
        try (var warnings = new Warnings("io.postern.gateway")) {
            lists.look();
            lists.look();
            assertTrue(warnings.only().contains("stays as it was"), warnings.only());
        }
        assertEquals(refused, Situations.of(config, STRANGER, HELO).play(lists, FROM, TO));

        write(file, "198.51.100.0/24\nnonsense\n", 3);
        try (var warnings = new Warnings("io.postern.gateway")) {
            lists.look();
            lists.look();
            assertTrue(warnings.only().contains("line 2"), warnings.only());
        }
        assertEquals(refused, Situations.of(config, STRANGER, HELO).play(lists, FROM, TO));
        assertEquals("pass", Situations.of(config, "198.51.100.7", HELO).play(lists, FROM, TO));
    }

    private static void write(Path file, String text, int seconds) throws IOException {
        Files.writeString(file, text);
        Files.setLastModifiedTime(file, FileTime.from(Instant.ofEpochSecond(seconds)));
    }

    @Test
    @DisplayName("an entry that would refuse ours is warned about")
    void warnsOfOurs() {
        try (var warnings = new Warnings("io.postern.gateway")) {
            var _ = lists(Situations.config(list("reverse-path", "'example.com'", "")));
            assertTrue(warnings.only().contains("RFC 2505 §2.6.2"), warnings.only());
        }
    }
}
