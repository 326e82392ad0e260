package io.postern.gateway.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.gateway.events.Figures;
import io.postern.gateway.policy.Opinion;
import io.postern.gateway.policy.Policy;
import io.postern.gateway.policy.Stage;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("Rules as a check of the perimeter")
class RulesCheckTest {
    private final Figures figures = new Figures();

    /// What the policy makes of rules at a stage, on one line.
    private String ask(Stage stage, String rules) {
        var config = Scene.config(rules);
        var check = new RulesCheck(Rules.of(config), _ -> "", figures);
        var outcome = new Policy(List.of(check)).ask(Scene.at(stage));
        var refusal = outcome.refusal();
        return (refusal == null
                        ? "go"
                        : refusal.rule()
                                + " "
                                + refusal.reply()
                                + (refusal.close() ? " and close" : ""))
                + outcome.remarks().stream()
                        .map(one -> " " + shown(one))
                        .collect(Collectors.joining())
                + (outcome.delay().isZero() ? "" : " after " + outcome.delay().toSeconds() + "s")
                + outcome.decisions().stream()
                        .map(one -> " | " + one.conclusion())
                        .collect(Collectors.joining());
    }

    private static String shown(Opinion.Remark remark) {
        return switch (remark) {
            case Opinion.Remark.Tag(var word) -> "tag " + word;
            case Opinion.Remark.Hold(var reason) -> "hold " + reason;
        };
    }

    private static String rule(String name, Stage stage, String when, String more) {
        return "[[rule]]\nname = \"%s\"\nstage = \"%s\"\nwhen = '''%s'''\n%s\n"
                .formatted(name, stage, when, more);
    }

    record Case(String rule, Stage stage, String more, String want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Case> actions() {
        String refuse = "action = \"refuse\"";
        String defer = "action = \"defer\"";
        return Stream.of(
                new Case(
                        "refuse in place of the greeting",
                        Stage.CONNECT,
                        refuse,
                        "r 554 5.7.1 refused by policy, rule r and close | rule r: refuse with 554 5.7.1 refused by policy, rule r, and end the session"),
                new Case(
                        "refuse at helo",
                        Stage.HELO,
                        refuse,
                        "r 550 5.7.1 refused by policy, rule r | "),
                new Case("refuse at mail", Stage.MAIL, refuse, "r 550 5.7.1 "),
                new Case("refuse at rcpt", Stage.RCPT, refuse, "r 550 5.7.1 "),
                new Case("refuse at data", Stage.DATA, refuse, "r 550 5.7.1 "),
                new Case("refuse at message", Stage.MESSAGE, refuse, "r 550 5.7.1 "),
                new Case(
                        "defer in place of the greeting",
                        Stage.CONNECT,
                        defer,
                        "r 421 4.7.1 not now, rule r; try again later and close"),
                new Case(
                        "defer at rcpt",
                        Stage.RCPT,
                        defer,
                        "r 450 4.7.1 not now, rule r; try again later | "),
                new Case(
                        "defer at message",
                        Stage.MESSAGE,
                        defer,
                        "r 451 4.7.1 not now, rule r; try again later | "),
                new Case(
                        "a reply of its own",
                        Stage.MAIL,
                        refuse + "\ncode = 553\nstatus = \"5.1.8\"\ntext = \"no such domain\"",
                        "r 553 5.1.8 no such domain | "),
                new Case(
                        "a refusal that takes its time",
                        Stage.RCPT,
                        refuse + "\ndelay = \"7s\"",
                        "r 550 5.7.1 refused by policy, rule r after 7s | rule r: refuse with 550 5.7.1 refused by policy, rule r after 7s"),
                new Case(
                        "a refusal that ends the session",
                        Stage.RCPT,
                        refuse + "\nclose = true",
                        "r 550 5.7.1 refused by policy, rule r and close | "),
                new Case(
                        "421 ends the session",
                        Stage.RCPT,
                        defer + "\ncode = 421",
                        "r 421 4.7.1 not now, rule r; try again later and close | "),
                new Case(
                        "tarpit goes on after a wait",
                        Stage.RCPT,
                        "action = \"tarpit\"",
                        "go after 10s | rule r: let the reply wait 10s"),
                new Case(
                        "tarpit of its own length",
                        Stage.RCPT,
                        "action = \"tarpit\"\ndelay = \"3s\"",
                        "go after 3s | "),
                new Case("tag", Stage.MESSAGE, "action = \"tag\"", "go tag r | rule r: tag it r"),
                new Case(
                        "tag of its own",
                        Stage.MESSAGE,
                        "action = \"tag\"\ntag = \"bulk\"",
                        "go tag bulk | "),
                new Case(
                        "hold",
                        Stage.MESSAGE,
                        "action = \"hold\"\ntag = \"look at it\"",
                        "go hold look at it | rule r: hold it: look at it"),
                new Case(
                        "allow",
                        Stage.MAIL,
                        "action = \"allow\"",
                        "go | rule r: skip what comes after it at this stage"),
                new Case(
                        "shadow refuses nothing",
                        Stage.CONNECT,
                        refuse + "\nmode = \"shadow\"",
                        "go | rule r (shadow) would refuse with 554 5.7.1 refused by policy, rule r, and end the session"),
                new Case(
                        "shadow waits for nothing",
                        Stage.RCPT,
                        "action = \"tarpit\"\nmode = \"shadow\"",
                        "go | rule r (shadow) would let the reply wait 10s"),
                new Case(
                        "shadow tags nothing",
                        Stage.RCPT,
                        "action = \"tag\"\nmode = \"shadow\"",
                        "go | rule r (shadow) would tag it r"),
                new Case(
                        "shadow holds nothing",
                        Stage.RCPT,
                        "action = \"hold\"\nmode = \"shadow\"",
                        "go | rule r (shadow) would hold it: rule r"),
                new Case(
                        "at this role",
                        Stage.RCPT,
                        refuse + "\nlistener = [\"outbound\"]",
                        "r 550 "),
                new Case(
                        "at this listener",
                        Stage.RCPT,
                        refuse + "\nlistener = [\"outbound-2525\"]",
                        "r 550 "));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("actions")
    void actions(Case c) {
        var got = ask(c.stage(), rule("r", c.stage(), "true", c.more()));
        assertTrue(got.startsWith(c.want()), got);
    }

    @Test
    @DisplayName("a rule is asked at its own stage and at no other")
    void stages() {
        for (var asked : Stage.values()) {
            for (var stage : Stage.values()) {
                var got = ask(asked, rule("r", stage, "true", "action = \"refuse\""));
                assertEquals(asked == stage, got.startsWith("r 5"), asked + " " + stage + got);
            }
        }
    }

    @Test
    @DisplayName("rules are asked in the order of the file, until one refuses or allows")
    void order() {
        var tag = rule("t", Stage.MESSAGE, "size > 1", "action = \"tag\"");
        var no = rule("n", Stage.MESSAGE, "size > 99999", "action = \"refuse\"");
        var shadow = rule("s", Stage.MESSAGE, "true", "action = \"refuse\"\nmode = \"shadow\"");
        var allow = rule("a", Stage.MESSAGE, "true", "action = \"allow\"");
        var refuse = rule("r", Stage.MESSAGE, "true", "action = \"refuse\"\ntext = \"no\"");
        assertEquals(
                "r 550 5.7.1 no tag t | rule t: tag it t"
                        + " | rule s (shadow) would refuse with 550 5.7.1 refused by policy, rule s"
                        + " | rule r: refuse with 550 5.7.1 no",
                ask(Stage.MESSAGE, tag + no + shadow + refuse + allow));
        assertEquals(
                "go | rule a: skip what comes after it at this stage",
                ask(Stage.MESSAGE, no + allow + refuse + tag));
    }

    @Test
    @DisplayName("of several waits the longest counts")
    void waits() {
        var three = rule("a", Stage.RCPT, "true", "action = \"tarpit\"\ndelay = \"3s\"");
        var five = rule("b", Stage.RCPT, "true", "action = \"tarpit\"\ndelay = \"5s\"");
        var four = rule("c", Stage.RCPT, "true", "action = \"refuse\"\ndelay = \"4s\"");
        assertTrue(ask(Stage.RCPT, three + five + four).contains(" after 5s"));
    }

    @Test
    @DisplayName("a condition that can't be computed does nothing, and says so")
    void failure() {
        var got =
                ask(
                        Stage.MESSAGE,
                        rule(
                                        "r",
                                        Stage.MESSAGE,
                                        "header['list-id'][0] == 'x'",
                                        "action = \"refuse\"")
                                + rule("t", Stage.MESSAGE, "true", "action = \"tag\""));
        assertTrue(
                got.startsWith("go tag t | rule r could not be computed and did nothing: "), got);
        assertTrue(
                figures.scrape().contains("postern_rules_failed_total{rule=\"r\"} 1.0"),
                figures::scrape);
    }

    @Test
    @DisplayName("the decision names what the rule looked at, and figures count it")
    void inputs() {
        var config =
                Scene.config(
                        rule(
                                "r",
                                Stage.MAIL,
                                "client.ip.within('192.0.2.0/24') && size > 1",
                                "action = \"tag\"\nmode = \"shadow\""));
        var check = new RulesCheck(Rules.of(config), _ -> "", figures);
        var outcome = new Policy(List.of(check)).ask(Scene.at(Stage.MAIL));
        var decision = outcome.decisions().getFirst();
        assertEquals("rule", decision.check());
        assertEquals("{stage=mail, client.ip=192.0.2.7, size=12345}", decision.inputs().toString());
        assertTrue(
                figures.scrape()
                        .contains("postern_rules_held_total{mode=\"shadow\",rule=\"r\"} 1.0"),
                figures::scrape);
    }

    @Test
    @DisplayName("loops are counted: a thousand recipients squared are too many")
    void loops() {
        var many = new StringBuilder("[0");
        for (int i = 1; i < 120; i++) {
            many.append(',').append(i);
        }
        var list = many.append(']').toString();
        var got =
                ask(
                        Stage.RCPT,
                        rule(
                                "r",
                                Stage.RCPT,
                                "%s.all(a, %s.all(b, a + b >= 0))".formatted(list, list),
                                "action = \"refuse\""));
        assertTrue(got.startsWith("go | rule r could not be computed"), got);
    }

    @Test
    @DisplayName("<> is null and has no address")
    void nullReversePath() {
        var config =
                Scene.config(
                        rule(
                                "r",
                                Stage.MAIL,
                                "reverse_path.is_null && reverse_path.address == ''",
                                "action = \"refuse\""));
        var check = new RulesCheck(Rules.of(config), _ -> "", figures);
        var situation = Scene.at(Stage.MAIL, config.listener().getFirst(), Scene.HEADER, "<>");
        assertTrue(check.ask(situation) instanceof Opinion.Refuse);
    }
}
