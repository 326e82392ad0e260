package io.postern.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("RFC 5321 §4.1.2 paths")
class PathsTest {
    record Case(String rule, String text, boolean utf8, String want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    private static Case ascii(String rule, String text, String want) {
        return new Case("RFC 5321 " + rule, text, false, want);
    }

    private static Case utf8(String rule, String text, String want) {
        return new Case("RFC 6531 " + rule, text, true, want);
    }

    static Stream<Case> cases() {
        return Stream.of(
                ascii("§4.1.2 a dot-string", "<a.b+c@example.com>", "<a.b+c@example.com>"),
                ascii("§2.3.11 domain without case", "<A@EXAMPLE.Com>", "<A@example.com>"),
                ascii(
                        "§4.1.2 quotes dropped if not needed",
                        "<\"a\"@example.com>",
                        "<a@example.com>"),
                ascii("§4.1.2 quotes kept", "<\"a b\"@example.com>", "<\"a b\"@example.com>"),
                ascii("§4.1.2 quoted >", "<\"a>b\"@example.com>", "<\"a>b\"@example.com>"),
                ascii("§4.1.2 quoted @", "<\"a@b\"@example.com>", "<\"a@b\"@example.com>"),
                ascii(
                        "§4.1.2 quoted pair",
                        "<\"a\\\"b\\\\\"@example.com>",
                        "<\"a\\\"b\\\\\"@example.com>"),
                ascii("§4.1.2 quoted dots", "<\".a..b\"@example.com>", "<\".a..b\"@example.com>"),
                ascii("§4.1.3 IPv4", "<a@[192.0.2.1]>", "<a@[192.0.2.1]>"),
                ascii("§4.1.3 IPv6", "<a@[ipv6:2001:DB8::1]>", "<a@[IPv6:2001:db8:0:0:0:0:0:1]>"),
                ascii("§4.1.3 mapped IPv4", "<a@[IPv6:::ffff:192.0.2.1]>", "<a@[192.0.2.1]>"),
                ascii("§4.1.3 octal trap", "<a@[192.0.2.01]>", "bad at 3"),
                ascii("§4.1.3 no scope", "<a@[IPv6:fe80::1%1]>", "bad at 3"),
                ascii("§4.1.3 general literal", "<a@[x400:abc]>", "bad at 3"),
                ascii("§4.1.3 open literal", "<a@[192.0.2.1>", "bad at 3"),
                ascii(
                        "app. C route dropped",
                        "<@a.example,@b.example:c@d.example>",
                        "<c@d.example> routed"),
                ascii("app. C route of nothing", "<@:c@d.example>", "bad at 2"),
                ascii("app. C route alone", "<@a.example>", "bad at 2"),
                ascii("§4.1.2 no brackets", "a@example.com", "bad at 0"),
                ascii("§4.1.2 no end", "<a@example.com", "bad at 14"),
                ascii("§4.1.2 something after", "<a@example.com> x", "bad at 15"),
                ascii("§4.1.2 two dots", "<a..b@example.com>", "bad at 3"),
                ascii("§4.1.2 first dot", "<.a@example.com>", "bad at 1"),
                ascii("§4.1.2 last dot", "<a.@example.com>", "bad at 2"),
                ascii("§4.1.2 space", "<a b@example.com>", "bad at 2"),
                ascii("§4.1.2 no domain", "<a>", "bad at 2"),
                ascii("§4.1.2 empty domain", "<a@>", "bad at 3"),
                ascii("§4.1.2 empty local part", "<@example.com>", "bad at 2"),
                ascii("§4.1.2 empty quoted local part", "<\"\"@example.com>", "bad at 1"),
                ascii("§4.1.2 control", "<\"a\tb\"@example.com>", "bad at 3"),
                ascii("§4.1.2 CR LF in quotes", "<\"a\r\nb\"@example.com>", "bad at 3"),
                ascii("§4.1.2 trailing dot", "<a@example.com.>", "bad at 3"),
                ascii("§4.1.2 hyphen first", "<a@-example.com>", "bad at 3"),
                ascii("§2.3.5 UTF-8 without SMTPUTF8", "<\u00e9@example.com>", "bad at 1"),
                ascii("§2.3.5 U-label without SMTPUTF8", "<a@\u00e9.example>", "bad at 3"),
                ascii(
                        "§4.5.3.1.1 64 octets",
                        "<" + "a".repeat(64) + "@b.example>",
                        "<" + "a".repeat(64) + "@b.example>"),
                ascii("§4.5.3.1.1 65 octets", "<" + "a".repeat(65) + "@b.example>", "bad at 1"),
                ascii("§4.5.3.1.3 257 octets", "<a@" + "abcdefgh.".repeat(28) + "a>", "bad at 256"),
                utf8("§3.3 local part", "<\u00e9\u4e2d@example.com>", "<\u00e9\u4e2d@example.com>"),
                utf8("§3.3 quoted", "<\"\u00e9 \"@example.com>", "<\"\u00e9 \"@example.com>"),
                utf8(
                        "§3.3 64 octets, not characters",
                        "<" + "\u00e9".repeat(33) + "@b.example>",
                        "bad at 1"),
                utf8(
                        "§3.2 U-label to A-label",
                        "<a@B\u00fccher.example>",
                        "<a@xn--bcher-kva.example>"),
                utf8(
                        "§3.2 A-label stays",
                        "<a@xn--bcher-kva.example>",
                        "<a@xn--bcher-kva.example>"),
                utf8("§3.2 sharp s is no ss", "<a@stra\u00dfe.example>", "bad at 3"),
                utf8("§3.3 malformed UTF-8", "<a\ufffd@example.com>", "bad at 2"),
                utf8("§3.3 lone surrogate", "<a\ud800@example.com>", "bad at 2"),
                utf8(
                        "§3.3 beyond the BMP",
                        "<a\ud83d\ude00@example.com>",
                        "<a\ud83d\ude00@example.com>"),
                utf8("§3.3 C1 control", "<a\u0085@example.com>", "bad at 2"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void forwardPath(Case c) {
        assertEquals(c.want(), show(Paths.forwardPath(c.text(), c.utf8())));
        assertEquals(c.want(), show(Paths.reversePath(c.text(), c.utf8())));
    }

    private static String show(Paths.Parsed<?> parsed) {
        return switch (parsed) {
            case Paths.Parsed.Ok<?>(var path, var route) -> path + (route ? " routed" : "");
            case Paths.Parsed.Bad<?>(var at, _) -> "bad at " + at;
        };
    }

    @Test
    @DisplayName("RFC 5321 §4.5.5 <> is a reverse-path only")
    void nullPath() {
        assertEquals(
                new Paths.Parsed.Ok<>(new ReversePath.Null(), false),
                Paths.reversePath("<>", false));
        assertEquals("bad at 1", show(Paths.forwardPath("<>", false)));
    }

    @Test
    @DisplayName("RFC 5321 §4.5.1 <Postmaster> is a forward-path only")
    void postmaster() {
        assertEquals("<Postmaster>", show(Paths.forwardPath("<pOSTmaster>", false)));
        assertEquals("bad at 11", show(Paths.reversePath("<postmaster>", false)));
    }

    @Test
    @DisplayName("RFC 5321 §4.1.2 the end of a path, its quotes minded")
    void end() {
        var text = "<\"a> \\\" b\"@example.com> SIZE=1";
        assertEquals("<\"a> \\\" b\"@example.com>".length(), Paths.end(text, 0));
        assertEquals(3, Paths.end("<a", 0) + 1);
        assertEquals(0, Paths.end("a>", 0));
    }

    @Test
    @DisplayName("RFC 5321 §4.1.2 a mailbox without brackets")
    void mailbox() {
        assertEquals("a@example.com", show(Paths.mailbox("a@Example.com", false)));
        assertEquals("bad at 2", show(Paths.mailbox("a@example.com b", false)));
    }

    @Test
    @DisplayName("RFC 5321 §4.1.2 whatever parses prints, and parses again to the same")
    void roundTrip() {
        var random = new Random(5321);
        var alphabet = "ab.@<>\"\\ ,:[]()\t\r\u00e9\u4e2d\ufffd\ud83d\ude001:-_+";
        int good = 0;
        for (int i = 0; i < 200_000; i++) {
            var text = new StringBuilder("<");
            for (int n = random.nextInt(8); n > 0; n--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            text.append(random.nextBoolean() ? "\"@b.example>" : "@b.example>");
            if (random.nextBoolean()) {
                text.insert(1, '"');
            }
            if (Paths.forwardPath(text.toString(), true)
                    instanceof Paths.Parsed.Ok<ForwardPath>(var path, _)) {
                good++;
                assertEquals(
                        new Paths.Parsed.Ok<>(path, false),
                        Paths.forwardPath(path.toString(), true),
                        path::toString);
                assertEquals(path.toString().length(), Paths.end(path + " x", 0));
            }
        }
        assertTrue(good > 10_000, "the alphabet makes too few paths: " + good);
    }

    @Test
    @DisplayName("RFC 5321 §4.1.2 random octets never throw")
    void random() {
        var random = new Random(1);
        for (int i = 0; i < 50_000; i++) {
            var octets = new byte[random.nextInt(40)];
            random.nextBytes(octets);
            var text =
                    new String(
                            octets,
                            random.nextBoolean()
                                    ? StandardCharsets.UTF_8
                                    : StandardCharsets.ISO_8859_1);
            Paths.reversePath(text, true);
            Paths.forwardPath("<a@" + text + ">", true);
            Paths.mailbox(text, false);
            Paths.end(text, 0);
        }
    }
}
