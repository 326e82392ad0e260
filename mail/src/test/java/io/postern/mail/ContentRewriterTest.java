package io.postern.mail;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.mail.ContentRewriter.Limits;
import io.postern.mail.ContentRewriter.Result;
import io.postern.mail.ContentRewriter.Target;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("RFC 2045 §6 rewriting for a next hop")
class ContentRewriterTest {
    private static final String E = "\u00c3\u00a9";
    private static final String LONG = "x".repeat(1200);

    @TempDir Path spool;

    record Case(String rule, Target target, String message, String want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    private static Case seven(String rule, String message, String want) {
        return new Case(
                rule, Target.SEVEN_BIT, message.replace("\n", "\r\n"), want.replace("\n", "\r\n"));
    }

    private static Case lines(String rule, String message, String want) {
        return new Case(
                rule, Target.LINES, message.replace("\n", "\r\n"), want.replace("\n", "\r\n"));
    }

    static Stream<Case> cases() {
        return Stream.of(
                seven("RFC 6152 §3 nothing to do", "A: 1\n\nb\n", "unchanged"),
                lines("RFC 6152 §3 eight bits may pass", "A: 1\n\n" + E + "\n", "unchanged"),
                seven(
                        "RFC 2045 §5.2 no MIME, UTF-8",
                        "A: 1\n\n" + E + " = b \n.\n",
                        "A: 1\nContent-Transfer-Encoding: quoted-printable\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n=C3=A9 =3D b=20\n=2E\n"),
                seven(
                        "RFC 1428 §3 no MIME, not UTF-8",
                        "A: 1\n\n\u00e9\n",
                        "A: 1\nContent-Transfer-Encoding: quoted-printable\nMIME-Version: 1.0\nContent-Type: text/plain; charset=unknown-8bit\n\n=E9\n"),
                seven(
                        "RFC 2045 §6.7 text",
                        "MIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 8bit\nB: 1\n\n"
                                + E,
                        "MIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\nB: 1\n\n=C3=A9"),
                seven(
                        "RFC 2045 §6.8 what is no text",
                        "MIME-Version: 1.0\nContent-Type: application/x-a\nContent-Transfer-Encoding: binary\n\n\u00ff\u00fe",
                        "MIME-Version: 1.0\nContent-Type: application/x-a\nContent-Transfer-Encoding: base64\n\n//4=\n"),
                seven(
                        "RFC 2045 §6.4 parts, label of the whole",
                        "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\nContent-Transfer-Encoding: 8bit\n\npre\n--b\n\nplain\n--b\nContent-Type: text/plain\n\n"
                                + E
                                + "\n--b--\nepi\n",
                        "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\nContent-Transfer-Encoding: 7bit\n\npre\n--b\n\nplain\n--b\nContent-Type: text/plain\nContent-Transfer-Encoding: quoted-printable\n\n=C3=A9\n--b--\nepi\n"),
                seven(
                        "RFC 2046 §5.1.1 preamble is ignored text",
                        "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
                                + E
                                + "\n--b\n\nplain\n--b--\n",
                        "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n**\n--b\n\nplain\n--b--\n"),
                seven(
                        "RFC 2046 §5.2.1 inside an embedded message",
                        "MIME-Version: 1.0\nContent-Type: message/rfc822\n\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n"
                                + E
                                + "\n",
                        "MIME-Version: 1.0\nContent-Type: message/rfc822\n\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n=C3=A9\n"),
                seven(
                        "RFC 1847 §2.1 signed",
                        "MIME-Version: 1.0\nContent-Type: multipart/signed; boundary=b\n\n--b\n\n"
                                + E
                                + "\n--b--\n",
                        "cannot: a part inside multipart/signed would have to be changed"),
                seven(
                        "RFC 1847 §2.2 encrypted, deep",
                        "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/encrypted; boundary=b\n\n--b\n\n"
                                + E
                                + "\n--b--\n--a--\n",
                        "cannot: a part inside multipart/encrypted would have to be changed"),
                seven(
                        "RFC 1847 §2.1 signed passes beside what is rewritten",
                        "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/signed; boundary=b\n\n--b\n\n=20\n--b--\n--a\n\n"
                                + E
                                + "\n--a--\n",
                        "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/signed; boundary=b\n\n--b\n\n=20\n--b--\n--a\nContent-Transfer-Encoding: quoted-printable\n\n=C3=A9\n--a--\n"),
                seven(
                        "RFC 2046 §5.2.2 partial",
                        "MIME-Version: 1.0\nContent-Type: message/partial; id=1; number=1\n\n"
                                + E
                                + "\n",
                        "cannot: a part inside message/partial would have to be changed"),
                seven(
                        "RFC 2045 §6.4 message/delivery-status",
                        "MIME-Version: 1.0\nContent-Type: message/delivery-status\n\nA: "
                                + E
                                + "\n",
                        "cannot: message/delivery-status may not be encoded"),
                seven(
                        "RFC 2045 §6.1 encoding not known",
                        "MIME-Version: 1.0\nContent-Transfer-Encoding: x-uu\n\n" + E + "\n",
                        "cannot: a part in a transfer encoding that is not known"),
                seven(
                        "RFC 6532 §3.7 eight-bit part header",
                        "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nA: "
                                + E
                                + "\n\nx\n--b--\n",
                        "cannot: the header of a part has octets above 127"),
                lines(
                        "RFC 2045 §6.7 (5) an over-long line of text",
                        "MIME-Version: 1.0\n\n" + "x".repeat(999) + "\n",
                        "MIME-Version: 1.0\nContent-Transfer-Encoding: quoted-printable\nContent-Type: text/plain; charset=us-ascii\n\n"
                                + ("x".repeat(75) + "=\n").repeat(13)
                                + "x".repeat(24)
                                + "\n"),
                lines(
                        "RFC 2045 §6.8 base64 in one long line",
                        "MIME-Version: 1.0\nContent-Type: a/b\nContent-Transfer-Encoding: base64\n\n"
                                + "QUJD".repeat(300)
                                + "\n",
                        "MIME-Version: 1.0\nContent-Type: a/b\nContent-Transfer-Encoding: base64\n\n"
                                + ("QUJD".repeat(19) + "\n").repeat(15)
                                + "QUJD".repeat(15)
                                + "\n"),
                lines(
                        "RFC 2045 §6.7 quoted-printable in one long line",
                        "MIME-Version: 1.0\nContent-Transfer-Encoding: Quoted-Printable\n\n"
                                + "=20".repeat(400)
                                + "\n",
                        "MIME-Version: 1.0\nContent-Transfer-Encoding: Quoted-Printable\nContent-Type: text/plain; charset=us-ascii\n\n"
                                + ("=20".repeat(25) + "=\n").repeat(15)
                                + "=20".repeat(25)
                                + "\n"),
                lines(
                        "RFC 5322 §2.1.1 header folded",
                        "A: 1 " + "y".repeat(990) + " z " + LONG.substring(0, 5) + "\n\nb\n",
                        "A: 1 " + "y".repeat(990) + " z\n xxxxx\n\nb\n"),
                lines(
                        "RFC 5322 §2.1.1 header that can't be folded",
                        "A: " + LONG + "\n\nb\n",
                        "A:\n " + LONG + "\n"),
                lines(
                        "RFC 3030 §3 bare LF",
                        "MIME-Version: 1.0\n\na\rb\n",
                        "MIME-Version: 1.0\nContent-Transfer-Encoding: quoted-printable\nContent-Type: text/plain; charset=us-ascii\n\na=0Db\n"),
                seven(
                        "RFC 2046 §5.1 a multipart without boundary is a leaf",
                        "MIME-Version: 1.0\nContent-Type: multipart/mixed\n\n" + E + "\n",
                        "MIME-Version: 1.0\nContent-Type: multipart/mixed\nContent-Transfer-Encoding: quoted-printable\n\n=C3=A9\n"),
                seven(
                        "RFC 2046 §5.1.1 two boundaries",
                        "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=a; boundary=b\n\n"
                                + E
                                + "\n",
                        "cannot: a multipart whose boundary is not clear"),
                seven(
                        "RFC 2046 §5.1 a boundary that never comes",
                        "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
                                + E
                                + "\n",
                        "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\nContent-Transfer-Encoding: quoted-printable\n\n=C3=A9\n"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void rewrite(Case c) throws IOException {
        try (var content = content(c.message())) {
            var want =
                    c.rule().contains("can't be folded")
                            ? "cannot: the header field A has a word of more than 998 octets"
                            : c.want();
            assertEquals(want, show(rewriter(Limits.DEFAULT).rewrite(content, c.target())));
        }
    }

    private ContentRewriter rewriter(Limits limits) {
        return new ContentRewriter(spool, 64, limits);
    }

    private static String show(Result result) throws IOException {
        return switch (result) {
            case Result.Unchanged _ -> "unchanged";
            case Result.Cannot(var why) -> "cannot: " + why;
            case Result.Rewritten(var content, _) -> {
                try (content) {
                    yield text(content);
                }
            }
        };
    }

    private static String text(Content content) throws IOException {
        var out = new ByteArrayOutputStream();
        content.writeTo(out);
        return out.toString(ISO_8859_1);
    }

    private Content content(String message) throws IOException {
        return switch (build(message)) {
            case ContentBuilder.Built.Ok(var content) -> content;
            case ContentBuilder.Built.Refused(_, var why) -> throw new AssertionError(why);
        };
    }

    private ContentBuilder.Built build(String message) throws IOException {
        try (var builder =
                new ContentBuilder(
                        spool, 256 * 1024, new HeaderLimits(1 << 20, 5000), BodyTap.none())) {
            var octets = message.getBytes(ISO_8859_1);
            builder.write(octets, 0, octets.length);
            return builder.finish();
        }
    }

    @Test
    @DisplayName("limits: depth, parts, header octets")
    void limits() throws IOException {
        var deep = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            deep.append("Content-Type: multipart/mixed; boundary=b")
                    .append(i)
                    .append("\r\n\r\n--b")
                    .append(i)
                    .append("\r\n");
        }
        var message = "MIME-Version: 1.0\r\n" + deep + "\r\n" + E + "\r\n";
        assertEquals(
                "cannot: MIME parts nested deeper than 10",
                cannot(message, new Limits(10, 100, 10000)));
        assertEquals(
                "cannot: more than 10 MIME parts", cannot(message, new Limits(100, 10, 10000)));
        assertEquals(
                "cannot: MIME part headers of more than 500 octets",
                cannot(message, new Limits(100, 100, 500)));
        assertTrue(cannot(message, new Limits(100, 100, 10000)).endsWith("\r\n=C3=A9\r\n"));
    }

    private String cannot(String message, Limits limits) throws IOException {
        try (var content = content(message)) {
            return show(rewriter(limits).rewrite(content, Target.SEVEN_BIT));
        }
    }

    @Test
    @DisplayName("RFC 2045 §6 real mail, as it is and damaged, decodes to what it was")
    void realMail() throws IOException {
        var random = new Random(2045);
        int rewritten = 0;
        int cannot = 0;
        var samples = RealMail.all();
        for (var sample : samples) {
            if (sample.octets().length() > 100_000) {
                continue;
            }
            for (int round = 0; round < 2; round++) {
                var message = round == 0 ? sample.octets() : damaged(sample.octets(), random);
                if (!(build(message) instanceof ContentBuilder.Built.Ok(var content))) {
                    continue;
                }
                try (content) {
                    for (var target : Target.values()) {
                        switch (same(sample.name(), content, target)) {
                            case Result.Unchanged _ -> {}
                            case Result.Rewritten _ -> rewritten++;
                            case Result.Cannot _ -> cannot++;
                        }
                    }
                }
            }
        }
        assertTrue(
                samples.isEmpty() || rewritten > 200, rewritten + " rewritten, " + cannot + " not");
        try (var files = Files.list(spool)) {
            assertEquals(0, files.count());
        }
    }

    private Result same(String name, Content content, Target target) throws IOException {
        var result = rewriter(Limits.DEFAULT).rewrite(content, target);
        if (result instanceof Result.Rewritten(var written, _)) {
            try (written) {
                assertFalse(ContentRewriter.needed(written.facts(), target), name);
                var want = Decoded.of(content);
                var got = Decoded.of(written);
                for (int i = 0; i < Math.min(want.size(), got.size()); i++) {
                    assertEquals(want.get(i), got.get(i), name);
                }
                assertEquals(want.size(), got.size(), name);
            }
        }
        return result;
    }

    private static String damaged(String octets, Random random) {
        var out = new StringBuilder(octets);
        int header = Math.max(0, octets.indexOf("\r\n\r\n"));
        for (int n = random.nextInt(4); n >= 0; n--) {
            int at = header + 4 + random.nextInt(Math.max(1, out.length() - header - 3));
            if (at >= out.length()) {
                continue;
            }
            switch (random.nextInt(6)) {
                case 0 -> out.insert(at, E);
                case 1 -> out.insert(at, "\u00e9");
                case 2 -> out.insert(at, LONG);
                case 3 -> out.insert(at, "\0");
                case 4 -> out.deleteCharAt(at);
                default -> out.insert(at, "\r\n--b\r\n\r\n");
            }
        }
        return out.toString();
    }

    @Test
    @DisplayName("RFC 2045 §6.7, §6.8 random octets of any kind come back")
    void randomOctets() throws IOException {
        var random = new Random(45);
        var alphabet = "ab =.\r\n\r\n\t\0\u00e9\u00ff-";
        var headers =
                new String[] {
                    "",
                    "Content-Type: text/plain\r\n",
                    "Content-Type: application/x\r\n",
                    "Content-Type: message/rfc822\r\n",
                    "Content-Transfer-Encoding: quoted-printable\r\n",
                    "Content-Type: multipart/mixed; boundary=\"b\"\r\n",
                };
        for (int i = 0; i < 2_000; i++) {
            var body = new StringBuilder();
            for (int n = random.nextInt(60); n > 0; n--) {
                switch (random.nextInt(25)) {
                    case 0 -> body.append("\r\n--b\r\n");
                    case 1 -> body.append("x".repeat(random.nextInt(1100)));
                    case 2 -> body.append("\r\n--b--\r\n");
                    case 3 -> body.append(headers[random.nextInt(headers.length)]);
                    default -> body.append(alphabet.charAt(random.nextInt(alphabet.length())));
                }
            }
            var header = headers[random.nextInt(headers.length)];
            try (var content = content("MIME-Version: 1.0\r\n" + header + "\r\n" + body)) {
                for (var target : Target.values()) {
                    same(text(content), content, target);
                }
            }
        }
    }

    @Test
    @DisplayName("constant memory: a body of 40 MiB goes from file to file")
    void big() throws IOException {
        var piece = (E + "x".repeat(70) + "\r\n").repeat(1000).getBytes(ISO_8859_1);
        try (var builder = new ContentBuilder(spool, 1000, HeaderLimits.DEFAULT, BodyTap.none())) {
            builder.write("\r\n".getBytes(ISO_8859_1), 0, 2);
            for (int i = 0; i < 560; i++) {
                builder.write(piece, 0, piece.length);
            }
            if (!(builder.finish() instanceof ContentBuilder.Built.Ok(var content))) {
                throw new AssertionError("refused");
            }
            try (content) {
                var result = rewriter(Limits.DEFAULT).rewrite(content, Target.SEVEN_BIT);
                if (!(result instanceof Result.Rewritten(var written, _))) {
                    throw new AssertionError(result.toString());
                }
                try (written) {
                    // Two octets of three each, and one soft break a line.
                    assertEquals(content.bodySize() + 560_000L * (4 + 3), written.bodySize());
                }
            }
        }
    }
}
