package io.postern.gateway.treat;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.postern.mail.HeaderField;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("RFC 8601 §2.2 authserv-id")
class AuthservIdTest {
    record Case(String rule, String body, String want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("a token", " gw.example.com; none", "gw.example.com"),
                new Case("with a version", " gw.example.com 1; none", "gw.example.com"),
                new Case("nothing after it", "gw.example.com", "gw.example.com"),
                new Case("quoted", " \"gw.example.com\"; none", "gw.example.com"),
                new Case("quoted, with pairs", " \"g\\w.example\\.com\"", "gw.example.com"),
                new Case(
                        "after a comment",
                        " (a (nested) one)\r\n\tgw.example.com;",
                        "gw.example.com"),
                new Case("before a comment", " gw.example.com(now);", "gw.example.com"),
                new Case("a comment with pairs", " (\\)) x;", "x"),
                new Case("folded", "\r\n\tgw.example.com\r\n\t; none", "gw.example.com"),
                new Case("none at all", " ; none", "unreadable"),
                new Case("empty", "", "unreadable"),
                new Case("a comment without end", " (x gw.example.com;", "unreadable"),
                new Case("quotes without end", " \"gw.example.com;", "unreadable"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void read(Case c) {
        var field =
                new HeaderField(
                        "Authentication-Results", "Authentication-Results:" + c.body() + "\r\n");
        assertEquals(c.want(), AuthservId.of(field).orElse("unreadable"));
    }
}
