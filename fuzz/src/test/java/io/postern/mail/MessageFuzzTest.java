package io.postern.mail;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.postern.fuzz.Seeds;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/// Messages never throw: a header section that was read prints and is read again as the same, in
/// whatever pieces it came; what the rewriter gives back fits the target it was asked for.
class MessageFuzzTest {
    private static final HeaderLimits LIMITS = new HeaderLimits(256 * 1024, 1000);
    private static final Path SPOOL = Path.of("target");
    private static final ContentRewriter REWRITER =
            new ContentRewriter(SPOOL, 1 << 20, new ContentRewriter.Limits(30, 1000, 256 * 1024));

    static Stream<byte[]> seeds() {
        var part = "--b\r\nContent-Type: text/plain\r\n\r\n\u00e9\r\n";
        var own =
                Seeds.texts(
                        "\7From: a@b.example\r\nTo: c@d.example\r\n\r\nhello\r\n",
                        "\1Content-Type: multipart/mixed; boundary=b\r\n\r\n" + part + "--b--\r\n",
                        "\1Content-Type: multipart/mixed; boundary=\r\n\r\n" + part,
                        "\1Content-Type: multipart/mixed\r\n\r\n" + part,
                        "\1Content-Type: multipart/mixed; boundary=\"\"\r\n\r\n--\r\n\r\n\u00e9\r\n",
                        "\1Content-Type: message/rfc822\r\n\r\n".repeat(50) + "\u00e9",
                        "\1Content-Transfer-Encoding: base64\r\n\r\n====\u00ff\r\n",
                        "\1Content-Transfer-Encoding: quoted-printable\r\n\r\n=\r\n=0=\u00ff\r\n");
        var real =
                Stream.of("mime", "attacks/espoofer/messages", "attacks/noxxi-mime-is-broken")
                        .flatMap(Seeds::corpus)
                        .map(MessageFuzzTest::sevenAPiece);
        return Stream.concat(own, real);
    }

    private static byte[] sevenAPiece(byte[] message) {
        var seed = new byte[message.length + 1];
        seed[0] = 7;
        System.arraycopy(message, 0, seed, 1, message.length);
        return seed;
    }

    @MethodSource("seeds")
    @DictionaryEntries({
        "Content-Type: ",
        "multipart/mixed",
        "message/rfc822",
        "boundary=",
        "Content-Transfer-Encoding: ",
        "base64",
        "quoted-printable",
        "From: ",
        "\\x0D\\x0A\\x0D\\x0A",
        "\\x0D\\x0A "
    })
    @FuzzTest(maxDuration = "10m")
    void message(byte[] octets) throws IOException {
        if (octets.length == 0) {
            return;
        }
        for (boolean repairing : new boolean[] {true, false}) {
            var whole = build(octets, octets.length, repairing);
            var pieces = build(octets, (octets[0] & 0x7f) + 1, repairing);
            switch (whole) {
                case ContentBuilder.Built.Refused(var reason, _) ->
                        assertEquals(
                                reason,
                                pieces instanceof ContentBuilder.Built.Refused(var again, _)
                                        ? again
                                        : null);
                case ContentBuilder.Built.Ok(var content) -> {
                    try (content) {
                        same(content, pieces);
                        read(content);
                    }
                }
            }
        }
    }

    private static ContentBuilder.Built build(byte[] octets, int step, boolean repairing)
            throws IOException {
        try (var builder = new ContentBuilder(SPOOL, 1 << 20, LIMITS, (_, _, _) -> {})) {
            if (repairing) {
                assertNotNull(builder.repairing());
            }
            for (int at = 1; at < octets.length; at += step) {
                builder.write(octets, at, Math.min(step, octets.length - at));
            }
            return builder.finish();
        }
    }

    private static void same(Content content, ContentBuilder.Built pieces) throws IOException {
        if (!(pieces instanceof ContentBuilder.Built.Ok(var other))) {
            throw new AssertionError("whole it is taken, in pieces it is not");
        }
        try (other) {
            assertEquals(content.header(), other.header());
            assertEquals(content.facts(), other.facts());
            try (var one = content.openBody();
                    var two = other.openBody()) {
                assertArrayEquals(one.readAllBytes(), two.readAllBytes());
            }
        }
    }

    private static void read(Content content) throws IOException {
        var header = content.header();
        assertEquals(
                header,
                HeaderFields.parse(header.toBytes(), LIMITS)
                                instanceof HeaderParse.Parsed(var again, _)
                        ? again
                        : null);
        assertNotNull(AuthorDomain.of(header));
        for (var target : ContentRewriter.Target.values()) {
            if (REWRITER.rewrite(content, target)
                    instanceof ContentRewriter.Result.Rewritten(var rewritten, _)) {
                try (rewritten) {
                    assertFalse(ContentRewriter.needed(rewritten.facts(), target));
                }
            }
        }
    }
}
