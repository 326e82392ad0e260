package io.postern.gateway.recipients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.gateway.config.ConfigReader;
import io.postern.mail.Domain;
import io.postern.mail.Mailbox;
import io.postern.mail.Paths;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("recipients of ours")
class OwnRecipientsTest {
    private static final OwnRecipients OURS =
            new OwnRecipients(
                    ConfigReader.parse(
                            """
                            hostname = "gw.example.com"
                            [[listener]]
                            role = "inbound"
                            address = "127.0.0.1:0"
                            [[domain]]
                            name = "example.com"
                            deliver_to = ["127.0.0.1:25"]
                            recipients = { list = ["Info@example.com", "J\u00f6rg@example.com"] }
                            [[domain]]
                            name = "plus.example"
                            deliver_to = ["127.0.0.1:25"]
                            recipients = { list = ["info@plus.example"], separator = "+" }
                            [[domain]]
                            name = "outonly.example"
                            """,
                            "test",
                            Path.of(".")),
                    new OwnRecipients.Means(
                            InstantSource.system(),
                            new Random(1),
                            _ -> {
                                throw new AssertionError("nobody is connected to");
                            }));

    @AfterAll
    static void close() {
        OURS.close();
    }

    record Case(String rule, String address, boolean known) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("listed", "info@example.com", true),
                new Case("RFC 5321 §2.4: case of local parts of ours", "iNFO@example.com", true),
                new Case("case beyond ASCII", "J\u00d6RG@example.com", true),
                new Case("RFC 6532 §3.1: composed or not", "jo\u0308rg@example.com", true),
                new Case("quoted is the same", "\"info\"@example.com", true),
                new Case("not listed", "nobody@example.com", false),
                new Case("RFC 5321 §4.5.1", "postmaster@example.com", true),
                new Case("in any case", "POSTMASTER@plus.example", true),
                new Case("not where no mail is taken", "postmaster@outonly.example", false),
                new Case("nor in a sub-domain", "postmaster@sub.example.com", false),
                new Case("a literal", "info@[127.0.0.1]", false),
                new Case("a detail where there are some", "info+shop@plus.example", true),
                new Case("an empty detail", "info+@plus.example", true),
                new Case("a detail of nobody", "nobody+info@plus.example", false),
                new Case("a detail without a base", "+info@plus.example", false),
                new Case("no detail where there are none", "info+shop@example.com", false));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void look(Case c) {
        var found =
                switch (Paths.mailbox(c.address(), true)) {
                    case Paths.Parsed.Ok<Mailbox>(var mailbox, _) -> OURS.look(mailbox);
                    case Paths.Parsed.Bad<Mailbox> bad -> throw new AssertionError(bad.toString());
                };
        assertEquals(c.known(), found instanceof Found.Known, found::toString);
    }

    @Test
    @DisplayName("a domain takes mail from outside when it says where to and for whom")
    void serves() {
        assertTrue(OURS.serves(Domain.of("example.com")));
        assertFalse(OURS.serves(Domain.of("outonly.example")));
    }
}
