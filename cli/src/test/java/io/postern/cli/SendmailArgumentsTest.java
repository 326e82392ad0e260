package io.postern.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("sendmail's flags")
class SendmailArgumentsTest {
    record Case(String rule, String words, String want) {
        @Override
        public String toString() {
            return rule + ": " + words;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case(
                        "Debian's cron",
                        "-i -FCronDaemon -B8BITMIME -oem root",
                        "i F=CronDaemon B=EIGHT_BIT_MIME [root]"),
                new Case("PHP", "-t -i", "t i []"),
                new Case(
                        "PHP with the fifth parameter",
                        "-t -i -fme@example.com",
                        "t i f=me@example.com []"),
                new Case("flags together", "-ti", "t i []"),
                new Case("bsd-mailx", "-i you@example.net", "i [you@example.net]"),
                new Case(
                        "s-nail",
                        "-i -r me@example.com -- you@example.net",
                        "i f=me@example.com [you@example.net]"),
                new Case(
                        "mutt",
                        "-oem -oi -f me@example.com -- a@example.net b@example.net",
                        "i f=me@example.com [a@example.net, b@example.net]"),
                new Case("git send-email", "-i a@example.net", "i [a@example.net]"),
                new Case("options apart", "-o i a@example.net", "i [a@example.net]"),
                new Case("old options", "-oMr smtp -odb -O DeliveryMode=b a", "[smtp, a]"),
                new Case("null reverse-path", "-f <> a", "f= [a]"),
                new Case("brackets", "-f <me@example.com> a", "f=me@example.com [a]"),
                new Case("what follows -- is no flag", "-- -t", "[-t]"),
                new Case(
                        "DSN",
                        "-N success,delay -R hdrs -V id7 a",
                        "N=[DELAY, SUCCESS] R=HDRS V=id7 [a]"),
                new Case("no DSN", "-N never a", "N=[] [a]"),
                new Case("mode", "-bm a", "[a]"),
                new Case("ignored", "-v -m -n -Am -h 3 -L tag -X log a", "[a]"),
                new Case("SMTP on standard input", "-bs", "refused: -bs"),
                new Case("queue list", "-bp", "refused: postern queue list"),
                new Case("daemon", "-bd", "refused: postern serve"),
                new Case("run the queue", "-q30m", "refused: -q"),
                new Case("aliases", "-bi", "refused: aliases"),
                new Case("unknown", "-Z", "refused: -Z"),
                new Case("no value", "-f", "refused: -f needs a value"),
                new Case("bad body type", "-B 9BIT", "refused: 9BIT"),
                new Case("bad DSN", "-N sometimes", "refused: sometimes"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void parse(Case c) {
        var parsed = SendmailArguments.parse(List.of(c.words().split(" ", -1)));
        switch (parsed) {
            case SendmailArguments.Parsed.Ok(var arguments) ->
                    assertEquals(c.want(), text(arguments));
            case SendmailArguments.Parsed.Refused(var why) -> {
                assertTrue(c.want().startsWith("refused: "), why);
                assertTrue(why.contains(c.want().substring("refused: ".length())), why);
            }
        }
    }

    private static String text(SendmailArguments a) {
        var text = new StringBuilder();
        text.append(a.recipientsInHeader() ? "t " : "").append(a.dotIsText() ? "i " : "");
        a.reversePath().ifPresent(v -> text.append("f=").append(v).append(' '));
        a.fullName().ifPresent(v -> text.append("F=").append(v).append(' '));
        a.bodyType().ifPresent(v -> text.append("B=").append(v).append(' '));
        a.notifyOn()
                .ifPresent(v ->
                        text.append("N=")
                                .append(v.on().stream().map(Enum::name).sorted().toList())
                                .append(' '));
        a.ret().ifPresent(v -> text.append("R=").append(v).append(' '));
        a.envelopeId().ifPresent(v -> text.append("V=").append(v).append(' '));
        return text.append(a.recipients()).toString();
    }
}
