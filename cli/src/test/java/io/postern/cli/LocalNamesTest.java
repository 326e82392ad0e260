package io.postern.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.postern.mail.Domain;
import io.postern.mail.HeaderField;
import io.postern.mail.HeaderFields;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("RFC 6409 §8 names of this machine's users get a domain")
class LocalNamesTest {
    record Case(String rule, String field, String want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case(
                        "cron's author",
                        "From: root (Cron Daemon)",
                        "From: root@example.com (Cron Daemon)"),
                new Case("alone", "To: root", "To: root@example.com"),
                new Case("in brackets", "From: Cron <root>", "From: Cron <root@example.com>"),
                new Case(
                        "among others",
                        "Cc: root, you@example.net",
                        "Cc: root@example.com, you@example.net"),
                new Case(
                        "a whole address stays",
                        "From: Me  <me@example.net>",
                        "From: Me  <me@example.net>"),
                new Case("what can't be read stays", "To: @@, root", "To: @@, root"),
                new Case("other fields stay", "X-Cron-Env: root", "X-Cron-Env: root"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void complete(Case c) {
        var names = new LocalNames(Domain.of("example.com"));
        var name = c.field().substring(0, c.field().indexOf(':'));
        var header = new HeaderFields(List.of(new HeaderField(name, c.field() + "\r\n")));
        assertEquals(c.want() + "\r\n", names.complete(header).fields().getFirst().raw());
    }
}
