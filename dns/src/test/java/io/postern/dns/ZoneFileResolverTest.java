package io.postern.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.net.InetAddress;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("RFC 1035 §5 zone file")
class ZoneFileResolverTest {
    private static final String ZONE =
            """
            ; a comment, é
            $ORIGIN example.com.
            $TTL 300
            @        IN SOA ns hostmaster 1 3600 600 86400 60
            @        IN MX 20 MX2
                     IN MX 10 mx1.example.net.
            null     MX 0 .
            mx2      A 192.0.2.2
            mx2      60 A 192.0.2.3
            mx2      AAAA 2001:db8::2
            split    TXT "v=DKIM1; " "k=rsa; p=" ( "ab"
                         "cd" ) ; folded
            s1._domainkey TXT v=DKIM1\\;p=x
            octets   TXT "a\\255\\"\\\\ é"
            two      TXT one
            two      TXT two
            c1       CNAME c2
            c2       30 CNAME mx2
            out      CNAME elsewhere.example.net.
            loop1    CNAME loop2
            loop2    CNAME loop1
            self     CNAME self
            a.b.deep A 192.0.2.9
            *.wild   TXT star
            x.wild   A 192.0.2.8
            2.2.0.192.in-addr.arpa. PTR Mail.Example.COM.
            """;

    record Case(String rule, Function<Resolver, Answer<?>> ask, String want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Case txt(String rule, String name, String want) {
        return new Case(rule, r -> r.txt(name), want);
    }

    static Case a(String rule, String name, String want) {
        return new Case(rule, r -> r.a(name), want);
    }

    static Stream<Case> cases() {
        return Stream.of(
                txt("strings are joined", "split.example.com", "[v=DKIM1; k=rsa; p=abcd] 300"),
                txt("escaped semicolon", "s1._domainkey.example.com.", "[v=DKIM1;p=x] 300"),
                txt(
                        "octets are U+0000 to U+00FF",
                        "octets.example.com",
                        "[a\u00ff\"\\ \u00c3\u00a9] 300"),
                txt("order is kept", "two.example.com", "[one, two] 300"),
                txt("names are without case", "TWO.Example.COM", "[one, two] 300"),
                txt("no record of the type", "mx2.example.com", "no data"),
                txt("no such name", "absent.example.com", "no such name"),
                txt("outside of the zone", "example.org", "no such name"),
                new Case(
                        "MX as received, lower case",
                        r -> r.mx("example.com"),
                        "[20 mx2.example.com, 10 mx1.example.net] 300"),
                new Case("null MX, RFC 7505", r -> r.mx("null.example.com"), "[0 ] 300"),
                a("the shortest TTL", "mx2.example.com", "[192.0.2.2, 192.0.2.3] 60"),
                new Case("AAAA", r -> r.aaaa("mx2.example.com"), "[2001:db8:0:0:0:0:0:2] 300"),
                a("CNAMEs are followed", "c1.example.com", "[192.0.2.2, 192.0.2.3] 30"),
                a("CNAME to nowhere", "out.example.com", "no such name"),
                a("CNAME loop", "loop1.example.com", "failure"),
                a("CNAME to itself", "self.example.com", "failure"),
                a("RFC 8020: a name above one that exists", "b.deep.example.com", "no data"),
                a("RFC 8020: the top", "com", "no data"),
                txt("RFC 4592: wildcard", "any.wild.example.com", "[star] 300"),
                txt("RFC 4592: wildcard, two labels", "a.b.wild.example.com", "[star] 300"),
                txt("RFC 4592: not for a name that exists", "x.wild.example.com", "no data"),
                txt("RFC 4592: nor below it", "y.x.wild.example.com", "no such name"),
                new Case(
                        "PTR, lower case",
                        r -> r.ptr(InetAddress.ofLiteral("192.0.2.2")),
                        "[mail.example.com] 300"),
                new Case(
                        "no PTR", r -> r.ptr(InetAddress.ofLiteral("2001:db8::1")), "no such name"),
                txt("label of 64 octets", "a".repeat(64) + ".example.com", "no such name"),
                txt("name of 256 octets", "a.".repeat(128) + "com", "no such name"),
                txt("empty label", "a..example.com", "no such name"),
                txt("empty name", "", "no such name"),
                txt("the root", ".", "no such name"),
                txt("not ASCII", "b\u00fccher.example.com", "no such name"),
                txt("a backslash is itself", "two\\.example.com", "no such name"),
                txt("spaces and signs", "a b;\"@\u0000.example.com", "no such name"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void answers(Case c) {
        assertEquals(c.want(), Answers.text(c.ask().apply(parsed(ZONE))));
    }

    record Bad(String rule, String text, String want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Bad> bad() {
        return Stream.of(
                new Bad(
                        "bad address",
                        "ok A 192.0.2.1\n\nx A 1.2.3\n",
                        "3: Invalid address: 1.2.3"),
                new Bad("unknown type", "x BOGUS y", "1: Invalid type 'BOGUS'"),
                new Bad("no owner", "  A 192.0.2.1", "1: no owner"),
                new Bad(
                        "open quote",
                        "x A 192.0.2.1\nx TXT \"a\nb\"",
                        "3: newline in quoted string"),
                new Bad("string over 255", "x TXT " + "y".repeat(256), "1: invalid string"),
                new Bad(
                        "no other file",
                        "; x\n$INCLUDE other",
                        "2: $INCLUDE is not supported here"),
                new Bad(
                        "no generator",
                        "$generate 1-9999999 a$ A 192.0.2.1",
                        "1: $generate is not supported here"),
                new Bad("another class", "x CH TXT a", "1: class CH"),
                new Bad("a fault that has no place", "\nx TYPE65280 \\# 2 aa", "2: "));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bad")
    void faults(Bad c) {
        var bad =
                assertInstanceOf(
                        ZoneFileResolver.Parsed.Bad.class, ZoneFileResolver.parse(c.text()));
        var got = bad.line() + ": " + bad.why();
        assertEquals(c.want(), got.substring(0, Math.min(got.length(), c.want().length())));
    }

    @Test
    @DisplayName("an empty text is a DNS with no names, and a byte order mark is no fault")
    void empty() {
        assertEquals("no such name", Answers.text(parsed("").txt("example.com")));
        assertEquals("[x] 3600", Answers.text(parsed("\ufeffa.example. TXT x").txt("a.example")));
    }

    @Test
    @DisplayName("random text never throws")
    void random() {
        var random = new Random(1);
        var pieces =
                new String[] {
                    "a", ".", " ", "\n", "\"", "(", ")", ";", "\\", "$TTL", "TXT", "A", "MX", "IN",
                    "@", "*", "9", "\u00e9", "CNAME", "TYPE1", "\\#", "$ORIGIN", "\t", "SOA"
                };
        for (int i = 0; i < 20_000; i++) {
            var text = new StringBuilder();
            for (int n = random.nextInt(20); n > 0; n--) {
                text.append(pieces[random.nextInt(pieces.length)]);
            }
            switch (ZoneFileResolver.parse(text.toString())) {
                case ZoneFileResolver.Parsed.Ok(var resolver) -> resolver.txt("a");
                case ZoneFileResolver.Parsed.Bad(var line, _) ->
                        assertEquals(true, line > 0, text.toString());
            }
        }
    }

    private static Resolver parsed(String zone) {
        return assertInstanceOf(ZoneFileResolver.Parsed.Ok.class, ZoneFileResolver.parse(zone))
                .resolver();
    }
}
