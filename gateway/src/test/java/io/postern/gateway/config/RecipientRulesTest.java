package io.postern.gateway.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("[domain.recipients] and [[directory]]")
class RecipientRulesTest {
    private static final String DIRECTORY =
            """
            [[directory]]
            name = "corp"
            servers = ["dc1.example.com:636", "dc2.example.com:636"]
            base = "dc=example,dc=com"
            """;

    private static Config parse(String recipients, String more) {
        return ConfigReader.parse(
                """
                hostname = "gw.example.com"
                [[listener]]
                role = "inbound"
                address = "127.0.0.1:0"
                [[domain]]
                name = "example.com"
                deliver_to = ["127.0.0.1:2628"]
                recipients = %s
                [[domain]]
                name = "example.org"
                deliver_to = ["127.0.0.1:2628"]
                recipients = { pushed = { list = "branch", max_age = "1d" } }
                %s
                """
                        .formatted(recipients, more),
                "postern.toml",
                Path.of("folder"));
    }

    @Test
    @DisplayName("all sources in one line, with their defaults")
    void all() {
        var recipients =
                parse(
                                "{ list = [\"a@example.com\"], file = \"users\", directory = \"corp\","
                                        + " callout = {}, pushed = {} }",
                                DIRECTORY)
                        .domain()
                        .getFirst()
                        .recipients()
                        .orElseThrow();
        assertEquals(Path.of("folder/users"), recipients.file().orElseThrow());
        assertEquals("corp", recipients.directory().orElseThrow());
        assertEquals(
                new Callout(
                        4,
                        Duration.ofSeconds(10),
                        Duration.ofHours(4),
                        Duration.ofMinutes(10),
                        Duration.ZERO,
                        100_000),
                recipients.callout().orElseThrow());
        assertEquals(new Pushed("default", Duration.ofDays(2)), recipients.pushed().orElseThrow());
    }

    @Test
    @DisplayName("the defaults of a directory")
    void directory() {
        var directory = parse("{ directory = \"corp\" }", DIRECTORY).directory().getFirst();
        assertEquals(Directory.Tls.LDAPS, directory.tls());
        assertEquals(
                List.of("proxyAddresses", "mail", "mailAlternateAddress", "mailLocalAddress"),
                directory.attributes());
        assertEquals(Duration.ofSeconds(5), directory.timeout());
        assertEquals(
                new Remembering(Duration.ofHours(1), Duration.ofMinutes(5), Duration.ZERO, 100_000),
                directory.remembering());
    }

    record Wrong(String rule, String recipients, String more, String says) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Wrong> wrong() {
        return Stream.of(
                new Wrong(
                        "no source",
                        "{ separator = \"+\" }",
                        "",
                        "recipients of example.com names no source"),
                new Wrong(
                        "no such directory",
                        "{ directory = \"crop\" }",
                        DIRECTORY,
                        "\"crop\", and there is no [[directory]] of that name"),
                new Wrong(
                        "a list's name that leads out of the folder",
                        "{ pushed = { list = \"../queue\" } }",
                        "",
                        "pushed.list of example.com is letters, digits and hyphens"),
                new Wrong(
                        "one list with two limits",
                        "{ pushed = { list = \"branch\" } }",
                        "",
                        "max_age of the list branch is not the same in every domain"),
                new Wrong(
                        "two directories of one name",
                        "{ directory = \"corp\" }",
                        DIRECTORY + DIRECTORY,
                        "there are two directories corp"),
                new Wrong(
                        "a name without a password is anonymous",
                        "{ directory = \"corp\" }",
                        DIRECTORY + "bind_dn = \"cn=postern\"\n",
                        "bind_dn and password_file of directory corp go together"),
                new Wrong(
                        "no server",
                        "{ directory = \"corp\" }",
                        DIRECTORY.replaceAll("servers = .*", "servers = []"),
                        "directory corp has no servers"),
                new Wrong(
                        "nothing to look for",
                        "{ directory = \"corp\" }",
                        DIRECTORY + "attributes = []\n",
                        "directory corp has neither attributes nor a filter"),
                new Wrong(
                        "an unknown key of a source",
                        "{ callout = { time_out = \"1s\" } }",
                        "",
                        "did you mean timeout?"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrong")
    void stopsTheStart(Wrong c) {
        var e = assertThrows(ConfigException.class, () -> parse(c.recipients(), c.more()));
        assertTrue(String.valueOf(e.getMessage()).contains(c.says()), e::toString);
    }
}
