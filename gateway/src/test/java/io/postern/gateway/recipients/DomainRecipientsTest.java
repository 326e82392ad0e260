package io.postern.gateway.recipients;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.postern.mail.Domain;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("Several sources of one domain")
class DomainRecipientsTest {
    /// Always says the same.
    private record Fixed(Found answer) implements Source {
        @Override
        public Found find(NormalAddress address) {
            return answer;
        }

        @Override
        public Standing standing() {
            return new Standing("fixed", true, OptionalLong.empty(), Optional.empty(), "");
        }
    }

    record Case(String rule, List<String> answers, String want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    private static Case of(String rule, String answers, String want) {
        return new Case(rule, Arrays.asList(answers.split(" ")), want);
    }

    static Stream<Case> cases() {
        return Stream.of(
                of("one that knows", "known", "known"),
                of("one that does not", "unknown", "unknown"),
                of("one that can't say", "unavailable", "unavailable"),
                of("known by the last", "unknown unknown known", "known"),
                of("known despite trouble before", "unavailable known", "known"),
                of("known despite trouble after", "known unavailable", "known"),
                of("unknown by all", "unknown unknown", "unknown"),
                of("trouble outweighs a no before it", "unknown unavailable", "unavailable"),
                of("trouble outweighs a no after it", "unavailable unknown", "unavailable"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void together(Case c) {
        var sources = new ArrayList<Source>();
        for (var answer : c.answers()) {
            sources.add(
                    new Fixed(
                            switch (answer) {
                                case "known" -> new Found.Known("s");
                                case "unknown" -> new Found.Unknown("s");
                                default -> new Found.Unavailable("s");
                            }));
        }
        var recipients = new DomainRecipients(Domain.of("example.com"), Optional.empty(), sources);
        var mailbox = Ask.mailbox("a@example.com");
        assertEquals(c.want(), Ask.word(recipients.look(mailbox)));
        assertEquals(c.want(), Ask.word(DomainRecipients.together(recipients.each(mailbox))));
    }

    @Test
    @DisplayName("a no names all who said it, trouble only the troubled")
    void words() {
        var no = new Found.Unknown("list");
        var other = new Found.Unknown("file");
        var trouble = new Found.Unavailable("directory: down");
        assertEquals(
                new Found.Unknown("list; file"), DomainRecipients.together(List.of(no, other)));
        assertEquals(
                new Found.Unavailable("directory: down"),
                DomainRecipients.together(List.of(no, trouble)));
    }
}
