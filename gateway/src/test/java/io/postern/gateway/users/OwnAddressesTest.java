package io.postern.gateway.users;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.postern.gateway.config.Config;
import io.postern.gateway.config.ConfigReader;
import io.postern.gateway.policy.Opinion;
import io.postern.gateway.policy.Situation;
import io.postern.gateway.policy.Stage;
import io.postern.mail.Envelope;
import io.postern.mail.HeaderFields;
import io.postern.mail.HeaderLimits;
import io.postern.mail.HeaderParse;
import io.postern.mail.Mailbox;
import io.postern.mail.Paths;
import io.postern.mail.ReversePath;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("RFC 6409 §6.1: a user sends only as an address that is the user's")
class OwnAddressesTest {
    private static final OwnAddresses CHECK =
            new OwnAddresses(user ->
                    user.equals("late")
                            ? new Owned.Unavailable("no answer")
                            : new Owned.Addresses(
                                    Stream.of("alice@example.com", "@lists.example.com")
                                            .filter(_ -> user.equals("alice"))
                                            .map(text -> OwnAddress.parse(text).orElseThrow())
                                            .toList()));

    /// @param header lines separated by `|`; empty: the reverse-path is asked about
    record Case(String rule, String user, String from, String header, String want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                at("one's own", "alice@example.com", "pass"),
                at("in another case", "Alice@EXAMPLE.com", "pass"),
                at("quoted", "\"alice\"@example.com", "pass"),
                at("anything in one's own domain", "x.y@lists.example.com", "pass"),
                at("a sub-domain of it", "x@a.lists.example.com", "550"),
                at("another's", "bob@example.com", "550"),
                at("one's own at another domain", "alice@example.net", "550"),
                at("more before it", "xalice@example.com", "550"),
                at("a detail", "alice+x@example.com", "550"),
                at("an address literal", "alice@[192.0.2.1]", "550"),
                at("RFC 8098 §3: none", "", "pass"),
                new Case("a user who is gone", "bob", "alice@example.com", "", "550"),
                new Case("whose addresses nobody can tell", "late", "alice@example.com", "", "451"),
                new Case("he as nobody", "late", "", "", "pass"),
                new Case("he in From", "late", "", "From: alice@example.com", "451"),
                new Case("nobody has authenticated", "", "bob@example.com", "", "pass"),
                of("From", "From: Alice <alice@example.com>", "pass"),
                of("another's From", "From: bob@example.com", "550"),
                of("several in From", "From: alice@example.com, x@lists.example.com", "pass"),
                of("one of several", "From: alice@example.com, bob@example.com", "550"),
                of("one's own in the name", "From: \"alice@example.com\" <bob@example.com>", "550"),
                of("a second From", "From: alice@example.com|From: bob@example.com", "550"),
                of("Sender", "From: alice@example.com|Sender: x@lists.example.com", "pass"),
                of("another's Sender", "From: alice@example.com|Sender: bob@example.com", "550"),
                of("a From that can't be read", "From: alice@example.com <x", "550"),
                of("a group hides nothing", "From: us: bob@example.com;", "550"),
                of("no From is another rule's", "Subject: x", "pass"));
    }

    private static Case at(String rule, String from, String want) {
        return new Case(rule, "alice", from, "", want);
    }

    private static Case of(String rule, String header, String want) {
        return new Case(rule, "alice", "alice@example.com", header, want);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void judge(Case c) {
        var path =
                c.from().isEmpty() ? new ReversePath.Null() : new ReversePath.Of(mailbox(c.from()));
        var session = UserRig.inClear("192.0.2.1");
        var situation =
                new Situation(
                        c.header().isEmpty() ? Stage.MAIL : Stage.MESSAGE,
                        listener(),
                        c.user().isEmpty() ? session : session.authenticated(c.user(), "PLAIN"),
                        Optional.of(Envelope.from(path)),
                        Optional.empty(),
                        OptionalLong.empty(),
                        c.header().isEmpty() ? Optional.empty() : Optional.of(header(c.header())),
                        Situation.Counts.NONE);
        var got =
                CHECK.ask(situation) instanceof Opinion.Refuse refusal
                        ? "" + refusal.reply().code()
                        : "pass";
        assertEquals(c.want(), got);
    }

    private static Config.Listener listener() {
        var text =
                """
                hostname = "gw.example.com"
                [[listener]]
                role = "submission"
                address = "127.0.0.1:0"
                [[domain]]
                name = "example.com"
                """;
        return ConfigReader.parse(text, "test", Path.of("/")).listener().getFirst();
    }

    private static Mailbox mailbox(String text) {
        return switch (Paths.mailbox(text, true)) {
            case Paths.Parsed.Ok<Mailbox>(var mailbox, _) -> mailbox;
            case Paths.Parsed.Bad<Mailbox> bad -> throw new AssertionError(bad.toString());
        };
    }

    private static HeaderFields header(String lines) {
        var section = (lines.replace("|", "\r\n") + "\r\n").getBytes(StandardCharsets.US_ASCII);
        return switch (HeaderFields.parse(section, HeaderLimits.DEFAULT)) {
            case HeaderParse.Parsed parsed -> parsed.fields();
            case HeaderParse.TooLarge _ -> throw new AssertionError("header too large");
        };
    }
}
