package io.postern.gateway.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("[submission] and its directory")
class SubmissionRulesTest {
    private static final String DIRECTORY =
            """
            [[directory]]
            name = "corp"
            servers = ["dc1.example.com:636"]
            base = "dc=example,dc=com"
            """;

    private static Config parse(String submission, String directory) {
        return ConfigReader.parse(
                """
                hostname = "gw.example.com"
                [[listener]]
                role = "submission"
                address = "127.0.0.1:0"
                [[domain]]
                name = "example.com"
                [submission]
                %s
                %s
                """
                        .formatted(submission, directory),
                "postern.toml",
                Path.of("folder"));
    }

    @Test
    @DisplayName("a directory in one line, with the default filter")
    void least() {
        assertEquals(
                new UserDirectory("corp", "(uid={user})"),
                parse("directory = { name = \"corp\" }", DIRECTORY)
                        .submission()
                        .directory()
                        .orElseThrow());
    }

    @Test
    @DisplayName("a directory on this machine may do without TLS")
    void here() {
        for (var host : new String[] {"127.0.0.1", "localhost", "[::1]"}) {
            var directory = DIRECTORY.replace("dc1.example.com", host) + "tls = \"none\"\n";
            assertTrue(
                    parse("directory = { name = \"corp\" }", directory)
                            .submission()
                            .directory()
                            .isPresent());
        }
    }

    record Wrong(String rule, String submission, String directory, String says) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Wrong> wrong() {
        return Stream.of(
                new Wrong(
                        "no such directory",
                        "directory = { name = \"crop\" }",
                        DIRECTORY,
                        "submission.directory is \"crop\", and there is no [[directory]] of that name"),
                new Wrong(
                        "no PLAIN",
                        "mechanisms = [\"scram-sha-256\"]\ndirectory = { name = \"corp\" }",
                        DIRECTORY,
                        "needs \"plain\" in submission.mechanisms"),
                new Wrong(
                        "passwords in clear",
                        "directory = { name = \"corp\" }",
                        DIRECTORY + "tls = \"none\"\n",
                        "would send users' passwords in clear"),
                new Wrong(
                        "passwords in clear, to a host with a deceptive name",
                        "directory = { name = \"corp\" }",
                        DIRECTORY.replace("dc1.example.com", "127.0.0.1.example.com")
                                + "tls = \"none\"\n",
                        "would send users' passwords in clear"),
                new Wrong(
                        "no addresses",
                        "directory = { name = \"corp\" }",
                        DIRECTORY + "attributes = []\nfilter = \"(mail={address})\"\n",
                        "its users could send as nobody"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrong")
    void stops(Wrong c) {
        var thrown =
                assertThrows(ConfigException.class, () -> parse(c.submission(), c.directory()));
        var why = String.valueOf(thrown.getMessage());
        assertTrue(why.contains(c.says()), why);
    }
}
