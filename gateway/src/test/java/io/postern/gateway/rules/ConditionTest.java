package io.postern.gateway.rules;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.gateway.config.ConfigException;
import io.postern.gateway.policy.Stage;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("Conditions")
class ConditionTest {
    /// @param want `holds`, `does not`, or `fails`
    record Case(String rule, Stage stage, String when, String want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                yes("a network has the client", Stage.CONNECT, "client.ip.within('192.0.2.0/24')"),
                no("another has not", Stage.CONNECT, "client.ip.within('192.0.3.0/24')"),
                no("IPv6 is another world", Stage.CONNECT, "client.ip.within('::/0')"),
                yes("one of several", Stage.CONNECT, "client.ip.within(['::1', '192.0.2.7'])"),
                no("what is no address is in none", Stage.HELO, "helo.within('0.0.0.0/0')"),
                yes("reverse name", Stage.CONNECT, "client.name == 'host.isp.example'"),
                yes("listener", Stage.CONNECT, "listener.role == 'outbound'"),
                yes("listener's name", Stage.CONNECT, "listener.name == 'outbound-2525'"),
                yes("counts", Stage.RCPT, "counts.refused_recipients > 4 && counts.messages == 3"),
                yes("arithmetic", Stage.RCPT, "counts.recipients * 10 + 1 >= 121"),
                no("no arithmetic needed", Stage.RCPT, "counts.recipients > 12"),
                yes("regular expression", Stage.HELO, "helo.matches('^dyn-[0-9]+[.]')"),
                no("is anchored only if it says so", Stage.HELO, "helo.matches('^isp')"),
                yes("part of a text", Stage.HELO, "helo.matches('isp')"),
                yes("below a domain", Stage.HELO, "helo.under('ISP.example')"),
                yes("the domain itself", Stage.HELO, "helo.under('dyn-7.isp.example')"),
                no("a suffix is not below", Stage.HELO, "helo.under('sp.example')"),
                no("nothing is below nothing", Stage.HELO, "helo.under('')"),
                yes("one of several domains", Stage.HELO, "helo.under(['a.b', 'isp.example'])"),
                yes("TLS", Stage.HELO, "tls.present && tls.version == 'TLSv1.3'"),
                yes("cipher", Stage.HELO, "tls.cipher.startsWith('TLS_AES_256')"),
                yes("client certificate", Stage.MAIL, "'mx.partner.example' in tls.client_names"),
                yes("its subject", Stage.MAIL, "tls.client_subject == 'CN=mx'"),
                yes("user", Stage.MAIL, "auth.user == 'anna'"),
                yes("by which mechanism", Stage.MAIL, "auth.method == 'SCRAM-SHA-256-PLUS'"),
                yes("reverse-path", Stage.MAIL, "reverse_path.address == 'a@from.example'"),
                yes("its local part", Stage.MAIL, "reverse_path.local == 'a'"),
                yes("its domain", Stage.MAIL, "reverse_path.domain == 'from.example'"),
                no("it is not null", Stage.MAIL, "reverse_path.is_null"),
                yes("declared size", Stage.MAIL, "size > 10 * 1024"),
                yes("forward-path as given", Stage.RCPT, "forward_path.local == 'Info'"),
                yes("lower case", Stage.RCPT, "forward_path.local.lower() == 'info'"),
                yes("its domain in lower case", Stage.RCPT, "forward_path.domain == 'example.com'"),
                yes("recipients", Stage.DATA, "recipients.exists(r, r.endsWith('@example.com'))"),
                yes("how many", Stage.DATA, "recipients.size() == 1 && size(recipients) == 1"),
                yes("all of them", Stage.DATA, "recipients.all(r, r.startsWith('Info'))"),
                yes("subject is decoded", Stage.MESSAGE, "subject == 'Günstige Pillen'"),
                yes("author domain", Stage.MESSAGE, "author.domain == 'author.example'"),
                yes(
                        "author and envelope differ",
                        Stage.MESSAGE,
                        "author.address != reverse_path.address"),
                yes("a field is there", Stage.MESSAGE, "'x-mailer' in header"),
                no("a field is not there", Stage.MESSAGE, "'list-id' in header"),
                yes("first value", Stage.MESSAGE, "header.first('X-Mailer').contains('Bulk')"),
                yes("first value of none", Stage.MESSAGE, "header.first('list-id') == ''"),
                yes("all values", Stage.MESSAGE, "header['received'].size() == 2"),
                yes("a name as a part", Stage.MESSAGE, "header.received[1] == 'two'"),
                fails("a value that is not there", Stage.MESSAGE, "header['list-id'][0] == 'x'"),
                fails("too far in a list", Stage.MESSAGE, "header['received'][2] == 'x'"),
                fails("nothing divided", Stage.RCPT, "1 / (counts.messages - 3) == 1"),
                fails(
                        "a number too large",
                        Stage.RCPT,
                        "counts.messages * 9223372036854775807 > 1"),
                yes("or saves it", Stage.MESSAGE, "header['list-id'][0] == 'x' || tls.present"),
                no("and, too", Stage.MESSAGE, "header['list-id'][0] == 'x' && !tls.present"),
                yes("choice", Stage.MAIL, "tls.present ? size > 1 : size > 100000"),
                yes("one of", Stage.MAIL, "reverse_path.domain in ['x.example', 'from.example']"));
    }

    private static Case yes(String rule, Stage stage, String when) {
        return new Case(rule, stage, when, "holds");
    }

    private static Case no(String rule, Stage stage, String when) {
        return new Case(rule, stage, when, "does not");
    }

    private static Case fails(String rule, Stage stage, String when) {
        return new Case(rule, stage, when, "fails");
    }

    private static final ConditionReader READER = new ConditionReader();

    private static String outcome(Stage stage, String when) {
        Condition condition;
        try {
            condition = READER.read("r", io.postern.gateway.config.Passage.of(when), stage);
        } catch (ConfigException e) {
            return "wrong: " + e.getMessage();
        }
        var facts = new Facts(Scene.at(stage), _ -> "host.isp.example");
        return switch (condition.of(facts)) {
            case Condition.Result.Holds() -> "holds";
            case Condition.Result.DoesNot() -> "does not";
            case Condition.Result.Failed(var why) -> "fails: " + why;
        };
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void conditions(Case c) {
        var got = outcome(c.stage(), c.when());
        assertTrue(got.startsWith(c.want()), got);
    }

    /// @param at `line:column` in the file of [Scene#rule]
    record Mistake(String rule, String stage, String when, String at, String says) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Mistake> mistakes() {
        return Stream.of(
                new Mistake(
                        "misspelt fact",
                        "connect",
                        "client.ipp == 'x'",
                        "10:11",
                        "client.ipp is not a fact; did you mean client.ip?"),
                new Mistake(
                        "misspelt group",
                        "connect",
                        "!tls.present || clent.ip == 'x'",
                        "10:12",
                        "tls.present is not known at stage connect; it is known from helo on"),
                new Mistake(
                        "misspelt group in a later place",
                        "helo",
                        "tls.present || clent.ip == 'x'",
                        "10:26",
                        "clent.ip is not a fact; did you mean client.ip?"),
                new Mistake(
                        "group alone",
                        "connect",
                        "client == 'x'",
                        "10:11",
                        "client is not a fact by itself; there are client.ip, client.name"),
                new Mistake(
                        "nothing like it",
                        "connect",
                        "banana",
                        "10:11",
                        "banana is not a fact; there are client.ip, client.name, "),
                new Mistake(
                        "a part of a text",
                        "connect",
                        "client.ip.version == 4",
                        "10:11",
                        "client.ip is a text and has no part version"),
                new Mistake(
                        "not yet known",
                        "connect",
                        "forward_path.domain == 'x'",
                        "10:11",
                        "forward_path.domain is not known at stage connect; it is known at rcpt"),
                new Mistake(
                        "known no more",
                        "data",
                        "forward_path.domain == 'x'",
                        "10:11",
                        "it is known at rcpt"),
                new Mistake(
                        "two types",
                        "connect",
                        "client.ip == 4",
                        "10:21",
                        "== does not go with (text, number)"),
                new Mistake(
                        "no condition",
                        "connect",
                        "counts.messages + 1",
                        "10:27",
                        "a condition is true or false, and this is number"),
                new Mistake(
                        "misspelt function",
                        "helo",
                        "helo.matchs('x')",
                        "10:22",
                        "matchs is not a function; did you mean matches?"),
                new Mistake(
                        "has()",
                        "message",
                        "has(header.subject)",
                        "10:14",
                        "has is not a function; say \"name\" in header"),
                new Mistake(
                        "wrong argument",
                        "helo",
                        "helo.startsWith(1)",
                        "10:26",
                        "startsWith does not go with text.(number); it goes with text.(text)"),
                new Mistake(
                        "no regular expression",
                        "helo",
                        "helo.matches('(')",
                        "10:24",
                        "not a regular expression (RE2): error parsing regexp: missing closing )"),
                new Mistake(
                        "back references are not linear",
                        "helo",
                        "helo.matches('(a)\\\\1')",
                        "10:24",
                        "not a regular expression (RE2)"),
                new Mistake(
                        "an expression to match",
                        "helo",
                        "helo.matches(client.ip)",
                        "10:30",
                        "here stands a regular expression in quotation marks"),
                new Mistake(
                        "too large",
                        "helo",
                        "helo.matches('(a{1000}){100}')",
                        "10:24",
                        "regular expression"),
                new Mistake(
                        "no network",
                        "connect",
                        "client.ip.within('10.0.0.0/33')",
                        "10:28",
                        "\"10.0.0.0/33\" is not a network such as"),
                new Mistake(
                        "no network in a list",
                        "connect",
                        "client.ip.within(['10.0.0.0/8', 'x'])",
                        "10:43",
                        "\"x\" is not a network"),
                new Mistake(
                        "second line",
                        "helo",
                        "helo == 'a' ||\n  hello == 'b'",
                        "11:3",
                        "hello is not a fact; did you mean helo?"),
                new Mistake(
                        "a quotation mark alone",
                        "helo",
                        "helo == \"abc",
                        "10:19",
                        "this quotation mark has no partner"),
                new Mistake(
                        "an end too early",
                        "helo",
                        "helo ==",
                        "10:18",
                        "the condition ends where something is still to come"),
                new Mistake(
                        "a bracket too many", "helo", "helo == 'x')", "10:22", "unexpected ')'"),
                new Mistake("assignment", "helo", "helo = 'x'", "10:16", "this can't be read: ="),
                new Mistake(
                        "joined texts",
                        "helo",
                        "helo + 'x' == ''",
                        "10:16",
                        "+ does not go with (text, text); it goes with (number, number)"),
                new Mistake(
                        "a number too large",
                        "mail",
                        "size > 99999999999999999999",
                        "10:18",
                        "this number is too large"),
                new Mistake(
                        "a map", "mail", "{'a': 1}['a'] == 1", "10:11", "conditions have no maps"),
                new Mistake(
                        "beyond ASCII before it",
                        "helo",
                        "'äöü' == hello",
                        "10:20",
                        "hello is not a fact"),
                new Mistake(
                        "a type of its own",
                        "mail",
                        "type(size) == int",
                        "10:15",
                        "type is not a function"),
                new Mistake(
                        "too long", "helo", "helo == '" + "x".repeat(5000) + "'", "10:11", "4096"),
                new Mistake(
                        "too deep",
                        "helo",
                        "(".repeat(200) + "helo == 'x'" + ")".repeat(200),
                        "10:",
                        "nested too deeply"),
                new Mistake(
                        "too many parts",
                        "helo",
                        "1==1||".repeat(500) + "1==1",
                        "10:",
                        "has more than 1000 parts"),
                new Mistake(
                        "nothing at all",
                        "helo",
                        "",
                        "10:11",
                        "the condition ends where something is still to come"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("mistakes")
    void mistakesAreToldWithTheirPlace(Mistake c) {
        var config = Scene.config(Scene.rule(c.stage(), c.when()));
        var thrown = assertThrows(ConfigException.class, () -> Rules.of(config));
        var message = String.valueOf(thrown.getMessage());
        assertTrue(message.startsWith("postern.toml:" + c.at()), message);
        assertTrue(
                message.toLowerCase(Locale.ROOT).contains(c.says().toLowerCase(Locale.ROOT)),
                message);
    }
}
