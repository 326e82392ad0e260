package io.postern.gateway.identities;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.postern.gateway.config.Config;
import io.postern.gateway.recipients.Found;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("RFC 2505 §2.10 the local part of outgoing mail")
class LocalPartCheckTest {
    record Case(String rule, String from, boolean asked, String want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("somebody's passes", "info@example.com", true, "pass"),
                new Case(
                        "nobody's is refused",
                        "nobody@example.com",
                        true,
                        "mail 550 5.1.0 no nobody@example.com here to answer to"),
                new Case(
                        "what can't be looked up is put off",
                        "slow@example.com",
                        true,
                        "mail 451 4.4.3 your address can't be looked up now"),
                new Case("§2.6.1 the null reverse-path passes", "", true, "pass"),
                new Case("a foreign domain is not ours to know", "joe@a.example", true, "pass"),
                new Case("off unless asked for", "nobody@example.com", false, "pass"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void verified(Case c) {
        var config = config(c.asked());
        var check =
                new LocalPartCheck(
                        domain -> domain.name().equals("example.com"),
                        mailbox ->
                                switch (mailbox.localPart()) {
                                    case "info" -> new Found.Known("test");
                                    case "slow" -> new Found.Unavailable("down");
                                    default -> new Found.Unknown("test");
                                });
        assertEquals(
                c.want(),
                Situations.of(config, "192.0.2.25", "a.example")
                        .outbound()
                        .play(check, c.from(), "joe@elsewhere.example"));
    }

    private static Config config(boolean asked) {
        return Situations.config("", asked ? "verify_local_part = true" : "");
    }
}
