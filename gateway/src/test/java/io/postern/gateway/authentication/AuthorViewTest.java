package io.postern.gateway.authentication;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.postern.mail.Domain;
import io.postern.mail.HeaderFields;
import io.postern.mail.HeaderLimits;
import io.postern.mail.HeaderParse;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("the author as a person sees it")
class AuthorViewTest {
    private static final LookAlikes OURS = new LookAlikes(List.of(Domain.of("example.com")));
    private static final String SHOWN = "the display name shows an address of example.com";
    private static final String UNSEEN = "characters that are not seen";

    /// @param want a part of what is found; empty when nothing is to be
    record Case(String rule, String from, String want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    private static AuthorView view(String from) {
        var octets = ("From: " + from + "\r\n").getBytes(UTF_8);
        return switch (HeaderFields.parse(octets, HeaderLimits.DEFAULT)) {
            case HeaderParse.Parsed(var fields, _) -> AuthorView.of(fields, OURS);
            case HeaderParse.TooLarge(var why) -> throw new AssertionError(why);
        };
    }

    static Stream<Case> ambiguous() {
        return Stream.of(
                new Case("a group", "Team: a@good.example;", "has a group"),
                new Case(
                        "a group called as somebody else",
                        "\"boss@example.com\": a@good.example;",
                        "has a group"),
                new Case(
                        "RFC 2047 §5: an encoded word that we can't decode, in an address",
                        "=?x-none?Q?boss=40example.com?=@good.example",
                        "has an encoded word"),
                new Case(
                        "an encoded word with a blank, in an address",
                        "\"=?utf-8?Q?boss=40example.com ?=\"@good.example",
                        "has an encoded word"),
                new Case(
                        "a wide @ in the local part",
                        "boss\uFF20example.com@good.example",
                        "holds a second @"),
                new Case("a colon in a name", "\"Re: x\" <a@good.example>", ""),
                new Case("a colon in a comment", "a@good.example (Re: x)", ""),
                new Case("a plain address", "a@good.example", ""));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("ambiguous")
    @DisplayName("more than one reading")
    void ambiguous(Case c) {
        var found = view(c.from()).ambiguous().orElse("");
        assertEquals(c.want().isEmpty(), found.isEmpty(), found);
        assertEquals(true, found.contains(c.want()), found);
    }

    static Stream<Case> misleading() {
        return Stream.of(
                new Case("the name in a comment", "a@good.example (boss@example.com)", SHOWN),
                new Case("in a comment before", "(boss@example.com) a@good.example", SHOWN),
                new Case("in nested comments", "a@good.example ((\\(boss@example.com))", SHOWN),
                new Case("a soft hyphen", "\"boss@exam\u00ADple.com\" <a@good.example>", SHOWN),
                new Case("a joiner", "\"boss@exam\u200Dple.com\" <a@good.example>", SHOWN),
                new Case(
                        "IDEOGRAPHIC FULL STOP",
                        "\"boss@example\u3002com\" <a@good.example>",
                        SHOWN),
                new Case("full width", "\"boss@ｅｘａｍｐｌｅ．ｃｏｍ\" <a@good.example>", SHOWN),
                new Case(
                        "blanks behind the @",
                        "\"boss@ \u00A0 example.com\" <a@good.example>",
                        SHOWN),
                new Case("a hyphen at its end", "\"boss@example.com- \" <a@good.example>", SHOWN),
                new Case("a mark in the local part", "\u202Emoc.elpmaxe@good.example", UNSEEN),
                new Case("no width in the local part", "bo\u200Bss@good.example", UNSEEN),
                new Case("a comment", "a@good.example (A. Body, at work)", ""),
                new Case("letters beyond ASCII", "\"Zoë Ångström\" <zoë@good.example>", ""),
                new Case("Persian with a non-joiner", "\"نمی\u200Cخواهم\" <a@good.example>", ""),
                new Case("a family", "\"👨\u200D👩\u200D👧 us\" <a@good.example>", ""),
                new Case("an @ that is no address", "\"Me @ work\" <a@good.example>", ""),
                new Case(
                        "a company's other domain",
                        "\"x@mail.good.example\" <a@good.example>",
                        ""));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("misleading")
    @DisplayName("what is shown beside the truth")
    void misleading(Case c) {
        var view = view(c.from());
        assertEquals("", view.ambiguous().orElse(""));
        var found = String.join("; ", view.misleading());
        assertEquals(c.want().isEmpty(), found.isEmpty(), found);
        assertEquals(true, found.contains(c.want()), found);
    }
}
