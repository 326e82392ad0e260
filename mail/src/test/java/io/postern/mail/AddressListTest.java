package io.postern.mail;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("RFC 5322 §3.4 address lists")
class AddressListTest {
    record Case(String rule, String text, String want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    private static Case c(String rule, String text, String want) {
        return new Case("RFC 5322 " + rule, text, want);
    }

    static Stream<Case> cases() {
        return Stream.of(
                c("§3.4.1 addr-spec", "a@example.com", "<a@example.com>"),
                c("§3.4 name-addr", "A B <a@example.com>", "A B<a@example.com>"),
                c("§3.4 no display name", "<a@example.com>", "<a@example.com>"),
                c("§3.4 quoted name", "\"B, A\" <a@example.com>", "B, A<a@example.com>"),
                c(
                        "§3.4 @ in a quoted name",
                        "\"x@other.example\" <a@example.com>",
                        "x@other.example<a@example.com>"),
                c(
                        "§3.4 list",
                        "a@example.com, B <b@example.net>",
                        "<a@example.com> B<b@example.net>"),
                c(
                        "§3.4 group",
                        "G: a@example.com, b@example.net;",
                        "<a@example.com> <b@example.net>"),
                c("§3.4 empty group", "undisclosed-recipients:;", ""),
                c("§3.4 group then mailbox", "G:;, a@example.com", "<a@example.com>"),
                c("§3.2.2 comments", "(c (d)) a (e)@(f) example.com (g)", "<a@example.com>"),
                c("§3.2.2 cron's comment", "root@example.com (Cron Daemon)", "<root@example.com>"),
                c("§3.2.2 quoted pair in a comment", "(\\() a@example.com", "<a@example.com>"),
                c("§2.2.3 folds", " A\r\n B\r\n\t<a@example.com>\r\n", "A B<a@example.com>"),
                c(
                        "§4.1 dots in a phrase",
                        "John Q. Public <a@example.com>",
                        "John Q. Public<a@example.com>"),
                c("§4.4 dots with space", "a . b@example . com", "<a.b@example.com>"),
                c(
                        "§4.4 quoted word in a local part",
                        "\"a b\".c@example.com",
                        "<\"a b.c\"@example.com>"),
                c("§4.4 route", "<@one.example,@two.example:a@example.com>", "<a@example.com>"),
                c(
                        "§4.4 empty elements",
                        ",a@example.com,,b@example.com,",
                        "<a@example.com> <b@example.com>"),
                c("§3.4.1 domain literal", "a@[192.0.2.1]", "<a@[192.0.2.1]>"),
                c("§3.2.4 quoted local part", "\"a@b\"@example.com", "<\"a@b\"@example.com>"),
                c(
                        "§3.4 encoded-words stay",
                        "=?utf-8?q?=C3=A9?= <a@example.com>",
                        "=?utf-8?q?=C3=A9?=<a@example.com>"),
                c(
                        "§3.4 and RFC 6532 §3.2",
                        "\u00c9mile <\u00e9@b\u00fccher.example>",
                        "\u00c9mile<\u00e9@xn--bcher-kva.example>"),
                c("§3.4 nothing", " (c)\r\n", "bad at 6"),
                c(
                        "§3.4 the address itself as unquoted name",
                        "a@example.com <a@EXAMPLE.com>",
                        "a@example.com<a@example.com>"),
                c(
                        "§3.4 the address itself as name, then another",
                        "a@example.com<a@example.com>, b@example.com",
                        "a@example.com<a@example.com> <b@example.com>"),
                c(
                        "§3.4 the same but for case before the @",
                        "A@example.com <a@example.com>",
                        "bad at 14"),
                c(
                        "§3.4 the address as name, text after",
                        "a@b.example <a@b.example> c",
                        "bad at 26"),
                c("§3.4 brackets in a name", "[x] A <a@example.com>", "[x] A<a@example.com>"),
                c("§3.4 an empty quoted word first", "\"\"A <a@example.com>", " A<a@example.com>"),
                c("§3.4.1 brackets in a local part", "[x]@example.com", "bad at 3"),
                c("§3.4.1 brackets in angle", "<[x]@example.com>", "bad at 0"),
                c("§3.4 unquoted @ in a name", "a@one.example <b@two.example>", "bad at 14"),
                c("§3.4 two angles", "<a@one.example><b@two.example>", "bad at 15"),
                c("§3.4 two angles, space", "<a@one.example> <b@two.example>", "bad at 16"),
                c("§3.4 text after", "<a@one.example> b", "bad at 16"),
                c("§3.4 no domain", "root", "bad at 0"),
                c("§3.4 no domain in angle", "<root>", "bad at 5"),
                c("§3.4 null", "<>", "bad at 1"),
                c("§3.4 angle in angle", "<<a@example.com>>", "bad at 1"),
                c("§3.4 no closing angle", "<a@example.com", "bad at 14"),
                c("§3.4 semicolon outside a group", "a@example.com; b@example.com", "bad at 13"),
                c("§3.4 group without end", "G: a@example.com", "bad at 16"),
                c("§3.4 group in a group", "G: H: a@example.com;;", "bad at 4"),
                c("§3.2.2 comment without end", "a@example.com (x", "bad at 13"),
                c("§3.2.4 quote without end", "\"a <a@example.com>", "bad at 0"),
                c("§3.4.1 space in a local part", "a b@example.com", "bad at 3"),
                c("§3.4.1 two dots", "a..b@example.com", "bad at 4"),
                c("§3.4.1 dot last in a domain", "a@example.com.", "bad at 2"),
                c("§3.4.1 two @", "a@b@example.com", "bad at 3"),
                c("§3.4.1 a NUL", "a\0@example.com", "bad at 1"),
                c("§3.4.1 a control in a local part", "\"a\u0001\"@example.com", "bad at 4"),
                c("§3.4.1 malformed UTF-8", "a\ufffd@example.com", "bad at 2"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void parse(Case c) {
        assertEquals(c.want(), show(AddressList.parse(c.text())));
        if (!c.text().contains("\ufffd")) {
            var raw = "From:" + new String(c.text().getBytes(UTF_8), ISO_8859_1) + "\r\n";
            if (!c.want().startsWith("bad")) {
                assertEquals(c.want(), show(AddressList.parse(new HeaderField("From", raw))));
            }
        }
    }

    private static String show(AddressList.Parsed parsed) {
        return switch (parsed) {
            case AddressList.Parsed.Ok(var entries) ->
                    entries.stream()
                            .map(e -> e.displayName() + "<" + e.mailbox() + ">")
                            .collect(Collectors.joining(" "));
            case AddressList.Parsed.Bad(var at, _) -> "bad at " + at;
        };
    }

    @Test
    @DisplayName("RFC 5322 §3.2.2 a million open comments cost no stack")
    void deep() {
        assertEquals("bad at 0", show(AddressList.parse("(".repeat(1_000_000))));
    }

    @Test
    @DisplayName("RFC 5322 §3.4 random text never throws; what is read is a path")
    void random() {
        var random = new Random(5322);
        var alphabet = "ab@<>,;:.\"\\() \t\r\n[]1\u00e9\ufffd\0";
        for (int i = 0; i < 100_000; i++) {
            var text = new StringBuilder();
            for (int n = random.nextInt(25); n > 0; n--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            if (AddressList.parse(text.toString()) instanceof AddressList.Parsed.Ok(var entries)) {
                for (var entry : entries) {
                    assertEquals(
                            new Paths.Parsed.Ok<>(entry.mailbox(), false),
                            Paths.mailbox(entry.mailbox().toString(), true));
                }
            }
        }
    }

    record Author(String rule, String header, String want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Author> authors() {
        return Stream.of(
                new Author("one", "From: A <a@Example.COM>\r\n", "example.com a@example.com"),
                new Author("none", "To: a@example.com\r\n", "NoFrom[]"),
                new Author(
                        "two fields",
                        "From: a@example.com\r\nfrom: a@example.com\r\n",
                        "SeveralFromFields[count=2]"),
                new Author(
                        "two authors, one domain",
                        "From: a@example.com, b@EXAMPLE.com\r\n",
                        "example.com a@example.com"),
                new Author(
                        "two domains",
                        "From: a@example.com, b@example.net\r\n",
                        "SeveralDomains[domains=[example.com, example.net]]"),
                new Author("empty group", "From: g:;\r\n", "Unparsable[why=an empty group]"),
                new Author(
                        "literal",
                        "From: a@[192.0.2.1]\r\n",
                        "Unparsable[why=the address literal [192.0.2.1] is no domain]"),
                new Author(
                        "not readable",
                        "From: root\r\n",
                        "Unparsable[why=an address without domain (character 1)]"),
                new Author(
                        "U-label",
                        "From: a@b\u00c3\u00bccher.example\r\n",
                        "xn--bcher-kva.example a@xn--bcher-kva.example"));
    }

    @ParameterizedTest(name = "RFC 9989 author domain: {0}")
    @MethodSource("authors")
    void author(Author c) {
        var parsed =
                (HeaderParse.Parsed)
                        HeaderFields.parse(c.header().getBytes(ISO_8859_1), HeaderLimits.DEFAULT);
        var found = AuthorDomain.of(parsed.fields());
        assertEquals(
                c.want(),
                found instanceof AuthorDomain.One(var domain, var address)
                        ? domain + " " + address
                        : found.toString());
    }
}
