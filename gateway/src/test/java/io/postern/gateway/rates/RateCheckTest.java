package io.postern.gateway.rates;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.gateway.config.RateConfig;
import io.postern.gateway.policy.Opinion;
import io.postern.gateway.policy.Situation;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("RFC 2505 §2.8 rate control")
class RateCheckTest {
    private static final long SECOND = 1_000_000_000L;
    private static final Situations ONE = Situations.of("192.0.2.1");

    private final AtomicLong ticker = new AtomicLong();

    private RateCheck check(String... sections) {
        return check(Situations.rates(sections));
    }

    private RateCheck check(List<RateConfig> configs) {
        var rates = new java.util.ArrayList<Rate>();
        for (var config : configs) {
            rates.add(new Rate(config, rates.size()));
        }
        return new RateCheck(new BucketTable(1 << 10, ticker::get, 7), rates, _ -> {});
    }

    /// `.` for what passes, the reply's code for what is refused, with `!` when the session ends.
    private static String ask(RateCheck check, Situation... situations) {
        var answers = new StringBuilder();
        for (var situation : situations) {
            answers.append(word(check.ask(situation)));
        }
        return answers.toString();
    }

    private static String word(Opinion opinion) {
        return switch (opinion) {
            case Opinion.Pass _, Opinion.Allow _, Opinion.MayAllow _, Opinion.Wait _ -> ".";
            case Opinion.Note _ -> "note";
            case Opinion.Several(var all) ->
                    String.join("+", all.stream().map(RateCheckTest::word).toList());
            case Opinion.Refuse refuse -> refuse.reply().code() + (refuse.close() ? "!" : "");
        };
    }

    record Case(String rule, String rate, List<Situation> situations, String want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    private static String two(String per, String what) {
        return Situations.rate("r", per, what, "2/1h");
    }

    static Stream<Case> buckets() {
        var neighbour = Situations.of("192.0.2.99");
        var stranger = Situations.of("198.51.100.1");
        var six = Situations.of("2001:db8::1");
        var sameSixtyFour = Situations.of("2001:db8::ffff:1");
        var otherSixtyFour = Situations.of("2001:db8:0:1::1");
        return Stream.of(
                new Case(
                        "per client: each address has its own",
                        two("client", "messages"),
                        List.of(ONE.mail(), ONE.mail(), ONE.mail(), neighbour.mail()),
                        "..450."),
                new Case(
                        "per network: an IPv4 /24 shares one",
                        two("network", "messages"),
                        List.of(ONE.mail(), neighbour.mail(), ONE.mail(), stranger.mail()),
                        "..450."),
                new Case(
                        "per network: an IPv6 /64 shares one",
                        two("network", "messages"),
                        List.of(
                                six.mail(),
                                sameSixtyFour.mail(),
                                six.mail(),
                                otherSixtyFour.mail()),
                        "..450."),
                new Case(
                        "per client: IPv6 addresses of one /64 each have their own",
                        two("client", "messages"),
                        List.of(six.mail(), six.mail(), sameSixtyFour.mail(), six.mail()),
                        "...450"),
                new Case(
                        "per user: wherever from; who has not authenticated is nobody",
                        two("user", "messages"),
                        List.of(
                                ONE.user("anna").mail(),
                                stranger.user("anna").mail(),
                                ONE.user("anna").mail(),
                                ONE.user("bert").mail(),
                                ONE.mail(),
                                ONE.mail(),
                                ONE.mail()),
                        "..450...."),
                new Case(
                        "per reverse-path domain: in any case, wherever from",
                        two("reverse-path-domain", "messages"),
                        List.of(
                                ONE.sends("a@example.com").mail(),
                                stranger.sends("b@EXAMPLE.com").mail(),
                                ONE.sends("c@example.com").mail(),
                                ONE.sends("c@sub.example.com").mail()),
                        "..450."),
                new Case(
                        "RFC 2505 §2.6: the null reverse-path has no bucket",
                        two("reverse-path-domain", "messages"),
                        List.of(
                                ONE.sends("").mail(),
                                ONE.sends("").mail(),
                                ONE.sends("").mail(),
                                ONE.sends("").mail()),
                        "...."),
                new Case(
                        "per forward-path domain",
                        two("forward-path-domain", "recipients"),
                        List.of(
                                ONE.rcpt("a@example.net"),
                                stranger.rcpt("b@Example.net"),
                                ONE.rcpt("c@example.net"),
                                ONE.rcpt("c@example.org")),
                        "..450."),
                new Case(
                        "connections are counted at connect, and end with 421",
                        two("client", "connections"),
                        List.of(ONE.connect(), ONE.connect(), ONE.connect(), ONE.mail()),
                        "..421!."),
                new Case(
                        "recipients are counted at RCPT alone",
                        two("client", "recipients"),
                        List.of(
                                ONE.mail(),
                                ONE.rcpt("a@example.net"),
                                ONE.rcpt("a@example.net"),
                                ONE.rcpt("a@example.net"),
                                ONE.data(),
                                ONE.message(1)),
                        "...450.."),
                new Case(
                        "octets: the declared size must fit, the true one is taken",
                        Situations.rate("r", "client", "octets", "100 KiB/1h"),
                        List.of(
                                ONE.mail(65_536),
                                ONE.message(60_000),
                                ONE.mail(65_536),
                                ONE.mail(42_400),
                                ONE.mail(),
                                ONE.message(42_401),
                                ONE.message(42_400),
                                ONE.mail()),
                        "..450..450.450"),
                new Case(
                        "octets of forward-path domains: of each, once",
                        Situations.rate("r", "forward-path-domain", "octets", "100 KiB/1h"),
                        List.of(
                                ONE.sends(
                                                "a@example.com",
                                                "a@x.example",
                                                "b@x.example",
                                                "c@y.example")
                                        .message(60_000),
                                ONE.sends("a@example.com", "a@x.example").message(42_401),
                                ONE.sends("a@example.com", "a@y.example").message(42_400),
                                ONE.sends("a@example.com", "a@z.example").message(65_000)),
                        ".450.."),
                new Case(
                        "reply = 421 ends the session",
                        two("client", "messages") + "reply = 421\n",
                        List.of(ONE.mail(), ONE.mail(), ONE.mail()),
                        "..421!"),
                new Case(
                        "exempt networks are not counted",
                        two("network", "messages") + "exempt = [\"192.0.2.1/32\"]\n",
                        List.of(
                                ONE.mail(),
                                ONE.mail(),
                                ONE.mail(),
                                neighbour.mail(),
                                neighbour.mail(),
                                neighbour.mail()),
                        ".....450"),
                new Case(
                        "a shadow notes and refuses nothing",
                        two("client", "messages") + "mode = \"shadow\"\n",
                        List.of(ONE.mail(), ONE.mail(), ONE.mail()),
                        "..note"),
                new Case(
                        "a burst above the amount",
                        Situations.rate("r", "client", "messages", "1/1h burst 4"),
                        List.of(ONE.mail(), ONE.mail(), ONE.mail(), ONE.mail(), ONE.mail()),
                        "....450"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("buckets")
    void counts(Case c) {
        assertEquals(c.want(), ask(check(c.rate()), c.situations().toArray(Situation[]::new)));
    }

    @Test
    @DisplayName("the reply names the rate, and the decision record what was asked")
    void reply() {
        var check = check(two("client", "messages"));
        ask(check, ONE.mail(), ONE.mail());
        var refuse = assertInstanceOf(Opinion.Refuse.class, check.ask(ONE.mail()));
        assertEquals(
                "450 4.7.1 too many messages from your address, try again later (r)",
                refuse.reply().toString());
        assertEquals("rate/r", refuse.rule());
        assertEquals("192.0.2.1", refuse.why().inputs().get("key"));
        assertEquals("2/1h", refuse.why().inputs().get("limit"));
        assertEquals("1800 s", refuse.why().inputs().get("enough-in"));
    }

    @Test
    @DisplayName("what one rate refuses costs nothing with the others")
    void allOrNone() {
        var check =
                check(
                        Situations.rate("wide", "network", "messages", "5/1h"),
                        Situations.rate("narrow", "client", "messages", "1/1h"));
        assertEquals(".450450450450450450", ask(check, mails(ONE, 7)));
        assertEquals("....", ask(check, others(4)));
        assertEquals("450", ask(check, Situations.of("192.0.2.77").mail()));
    }

    private static Situation[] mails(Situations who, int times) {
        return Stream.generate(who::mail).limit(times).toArray(Situation[]::new);
    }

    private static Situation[] others(int number) {
        return Stream.iterate(10, i -> i + 1)
                .limit(number)
                .map(i -> Situations.of("192.0.2." + i).mail())
                .toArray(Situation[]::new);
    }

    @Test
    @DisplayName("what others refuse is given back to domains, and not to clients")
    void settled() {
        var perDomain = check(two("forward-path-domain", "recipients"));
        var perClient = check(two("client", "recipients"));
        var situation = ONE.rcpt("nobody@example.com");
        for (int i = 0; i < 9; i++) {
            assertEquals(".", ask(perDomain, situation));
            perDomain.settled(situation, true);
        }
        assertEquals(".", ask(perDomain, situation));
        perDomain.settled(situation, false);
        perDomain.settled(situation, true); // a later step that this check was not asked about
        assertEquals(".450", ask(perDomain, situation, situation));
        for (int i = 0; i < 2; i++) {
            assertEquals(".", ask(perClient, situation));
            perClient.settled(situation, true);
        }
        assertEquals("450", ask(perClient, situation));
    }

    @Test
    @DisplayName("a transaction that ends without a message gives back to domains what it took")
    void dropped() {
        var check = check(two("reverse-path-domain", "messages"));
        var sender = ONE.sends("a@example.com");
        for (int i = 0; i < 9; i++) { // MAIL, RSET
            assertEquals(".", ask(check, sender.mail()));
            check.settled(sender.mail(), false);
        }
        check.settled(sender.rcpt("b@example.net"), false);
        check.settled(sender.message(1), false);
        assertEquals(".", ask(check, sender.mail()));
        check.settled(sender.mail(), false);
        check.settled(sender.message(1), true); // refused at the end of its content
        assertEquals(".", ask(check, sender.mail()));
        check.settled(sender.mail(), false);
        check.closed(sender.connect());
        assertEquals(".450", ask(check, sender.mail(), sender.mail()));
    }

    @Test
    @DisplayName("of a long name a digest is kept, which is told apart and can be asked for")
    void longNames() {
        var config = Situations.rates(two("reverse-path-domain", "messages")).getFirst();
        var rate = new Rate(config, 0);
        var label = "a".repeat(60) + ".";
        var one = rate.keys(ONE.sends("a@" + label.repeat(4) + "example").mail()).getFirst();
        var other = rate.keys(ONE.sends("a@" + label.repeat(4) + "invalid").mail()).getFirst();
        assertTrue(one.length <= 50, () -> one.length + " octets");
        assertFalse(Arrays.equals(one, other));
        assertArrayEquals(one, rate.keyOf(rate.owner(one)).orElseThrow());
        assertArrayEquals(one, rate.keyOf(label.repeat(4) + "example").orElseThrow());
    }

    @Test
    @DisplayName("each shadow notes what it would have done, and another may refuse all the same")
    void shadows() {
        var check =
                check(
                        Situations.rate("one", "client", "messages", "1/1h") + "mode = \"shadow\"",
                        Situations.rate("two", "network", "messages", "1/1h") + "mode = \"shadow\"",
                        Situations.rate("three", "client", "messages", "2/1h"));
        assertEquals(".note+notenote+note+450", ask(check, mails(ONE, 3)));
    }

    @Test
    @DisplayName("tokens come back evenly")
    void comeBack() {
        var check = check(Situations.rate("r", "client", "messages", "60/1m"));
        assertEquals(".".repeat(60) + "450", ask(check, mails(ONE, 61)));
        ticker.addAndGet(3 * SECOND);
        assertEquals("...450", ask(check, mails(ONE, 4)));
    }

    @Test
    @DisplayName("a listener of another role is not counted")
    void roles() {
        var check = check(two("client", "messages") + "roles = [\"inbound\"]\n");
        assertEquals("...", ask(check, mails(ONE, 3)));
    }

    @Test
    @DisplayName("names that no bucket could be found by again: long, odd, empty")
    void names() {
        var check = check(two("user", "messages"));
        var odd = ONE.user("\u0000 \u00fc\ud83d\ude00" + "x".repeat(5_000));
        assertEquals("..450", ask(check, mails(odd, 3)));
        assertEquals("..450", ask(check, mails(ONE.user(""), 3)));
        assertTrue(ask(check, mails(ONE.user(" "), 2)).equals(".."));
    }
}
