package io.postern.auth.spf;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.postern.testkit.FakeDns;
import java.net.InetAddress;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("RFC 7208 §7 macros")
class MacroExpanderTest {
    record Case(String rule, String text, String want) {
        @Override
        public String toString() {
            return rule + " " + text;
        }
    }

    private static final String ZONE =
            """
            3.2.0.192.in-addr.arpa. PTR mx.example.org.
            mx.example.org. A 192.0.2.3
            4.2.0.192.in-addr.arpa. PTR forged.email.example.com.
            4.2.0.192.in-addr.arpa. PTR a.example.org.
            4.2.0.192.in-addr.arpa. PTR b.email.example.com.
            forged.email.example.com. A 192.0.2.9
            a.example.org. A 192.0.2.4
            b.email.example.com. A 192.0.2.4
            """;

    private static MacroExpander expander(String client, String helo, String mailFrom) {
        var dns = new Questions(FakeDns.zone(ZONE));
        var address = ClientAddress.of(InetAddress.ofLiteral(client));
        if (!(Sender.ofReversePath(mailFrom) instanceof Sender.Known sender)) {
            throw new AssertionError("no domain in " + mailFrom);
        }
        return new MacroExpander(
                new Circumstances(address, helo, sender, Checking.RECEIVER, Checking.NOW),
                new ReverseNames(dns, address, 10));
    }

    private static String text(MacroExpander expander, String text) {
        return switch (MacroString.explanation(text)) {
            case Syntax.Ok<MacroString>(var macros) ->
                    expander.explanation(macros, "email.example.com", 450).orElse("nothing");
            case Syntax.Bad<MacroString>(var why) -> why;
        };
    }

    private static String name(MacroExpander expander, String text) {
        return switch (MacroString.domainSpec(text)) {
            case Syntax.Ok<MacroString>(var macros) ->
                    expander.name(macros, "email.example.com").orElse("nothing");
            case Syntax.Bad<MacroString>(var why) -> why;
        };
    }

    static Stream<Case> values() {
        return Stream.of(
                new Case("§7.4", "%{s}", "strong-bad@email.example.com"),
                new Case("§7.4", "%{o}", "email.example.com"),
                new Case("§7.4", "%{d}", "email.example.com"),
                new Case("§7.4", "%{d4}", "email.example.com"),
                new Case("§7.4", "%{d3}", "email.example.com"),
                new Case("§7.4", "%{d2}", "example.com"),
                new Case("§7.4", "%{d1}", "com"),
                new Case("§7.4", "%{dr}", "com.example.email"),
                new Case("§7.4", "%{d2r}", "example.email"),
                new Case("§7.4", "%{l}", "strong-bad"),
                new Case("§7.4", "%{l-}", "strong.bad"),
                new Case("§7.4", "%{lr}", "strong-bad"),
                new Case("§7.4", "%{lr-}", "bad.strong"),
                new Case("§7.4", "%{l1r-}", "strong"),
                new Case("§7.2", "%{h}", "client.example.org"),
                new Case("§7.2", "%{i}", "192.0.2.3"),
                new Case("§7.2", "%{p}", "mx.example.org"),
                new Case("§7.2", "%{v}", "in-addr"),
                new Case("§7.2", "%{c}", "192.0.2.3"),
                new Case("§7.2", "%{r}", "mx.example.net"),
                new Case("§7.2", "%{t}", "1767225600"),
                new Case("§7.1", "%%%_%-", "% %20"),
                new Case("§7.3 upper case is escaped", "%{S}", "strong-bad%40email.example.com"),
                new Case("§7.3 all but unreserved", "%{R}~%{L}", "mx.example.net~strong-bad"),
                new Case("§7.3 parts beyond what there is", "%{d127}", "email.example.com"),
                new Case("§7.3 in any case", "%{DR}", "com.example.email"),
                new Case("§6.2 no macro is left", "%{d} %{", "a macro that is not one"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("values")
    void values(Case c) {
        var got =
                text(
                        expander("192.0.2.3", "client.example.org", "strong-bad@email.example.com"),
                        c.text());
        assertEquals(c.want(), got.startsWith("a macro that") ? "a macro that is not one" : got);
    }

    static Stream<Case> names() {
        return Stream.of(
                new Case("§7.4", "%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"),
                new Case("§7.4", "%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com"),
                new Case(
                        "§7.4",
                        "%{lr-}.lp.%{ir}.%{v}._spf.%{d2}",
                        "bad.strong.lp.3.2.0.192.in-addr._spf.example.com"),
                new Case(
                        "§7.4",
                        "%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}",
                        "3.2.0.192.in-addr.strong.lp._spf.example.com"),
                new Case(
                        "§7.4",
                        "%{d2}.trusted-domains.example.net",
                        "example.com.trusted-domains.example.net"),
                new Case("§7.3 a trailing dot is dropped", "x.%{d2}.net.", "x.example.com.net"),
                new Case("§4.8 an empty label is no name", "a..%{d}", "nothing"),
                new Case("§4.8 a label over 63", "a".repeat(64) + ".%{d}", "nothing"),
                new Case(
                        "§7.3 over 253, labels go on the left",
                        "%{d}.".repeat(20) + "example.com",
                        "com." + "email.example.com.".repeat(13) + "example.com"),
                new Case(
                        "§7.3 over 253 by far",
                        "%{d}.".repeat(500) + "example.com",
                        "com." + "email.example.com.".repeat(13) + "example.com"),
                new Case("§7.3 over 253 without dot", "%{l}".repeat(80) + "%{v}", "nothing"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("names")
    void names(Case c) {
        assertEquals(
                c.want(),
                name(
                        expander("192.0.2.3", "client.example.org", "strong-bad@email.example.com"),
                        c.text()));
    }

    @Test
    @DisplayName("§7.4 IPv6: nibbles in names, RFC 5952 for people")
    void ipv6() {
        var expander = expander("2001:db8::cb01", "h.example.org", "a@email.example.com");
        assertEquals(
                "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6._spf.example.com",
                name(expander, "%{ir}.%{v}._spf.%{d2}"));
        assertEquals("2001:db8::cb01", text(expander, "%{c}"));
    }

    @Test
    @DisplayName("§7.3 p: of the names that lead back, one below the domain goes first")
    void validatedName() {
        assertEquals(
                "b.email.example.com",
                text(expander("192.0.2.4", "h.example.org", "a@email.example.com"), "%{p}"));
        assertEquals(
                "unknown",
                text(expander("192.0.2.77", "h.example.org", "a@email.example.com"), "%{p}"));
    }

    @Test
    @DisplayName("§7.3 h: as said, and escaped it can't leave its place")
    void helo() {
        var expander = expander("192.0.2.3", "JUMPIN' \"J\"\r\n", "a@email.example.com");
        assertEquals("nothing", text(expander, "%{h}"));
        assertEquals("JUMPIN%27%20%22J%22%0D%0A", text(expander, "%{H}"));
        assertEquals("nothing", name(expander, "%{h}.example.com"));
    }

    @Test
    @DisplayName("RFC 8616 §4: U-labels become A-labels, a local part stays")
    void international() {
        var expander =
                expander("192.0.2.3", "m\u00FCller.example", "j\u00F6rg@m\u00FCller.example");
        assertEquals("xn--mller-kva.example", text(expander, "%{h}"));
        assertEquals("xn--mller-kva.example", text(expander, "%{o}"));
        assertEquals("j%C3%B6rg", text(expander, "%{L}"));
        assertEquals("nothing", text(expander, "%{l}"));
    }

    @Test
    @DisplayName("RFC 5321 §4.1.2: quotes are not part of a local part")
    void quoted() {
        assertEquals(
                "a b@c\"",
                text(expander("192.0.2.3", "h", "\"a b@c\\\"\"@email.example.com"), "%{l}"));
    }
}
