package io.postern.auth.dkim;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.postern.auth.text.Visible;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("RFC 6376 §3.4.3, §3.4.4 body hash")
class BodyHasherTest {
    /// RFC 6376 §3.4.3 and §3.4.4 name these.
    private static final String EMPTY_SIMPLE = "frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY=";

    private static final String EMPTY_RELAXED = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

    private static BodyHash.Request request(Canonicalization c, long... limit) {
        return new BodyHash.Request(
                c,
                HashAlgorithm.SHA256,
                limit.length == 0 ? OptionalLong.empty() : OptionalLong.of(limit[0]));
    }

    private static List<BodyHash> hash(String body, BodyHash.Request... requests) {
        var hasher = new BodyHasher(List.of(requests));
        var octets = body.getBytes(ISO_8859_1);
        hasher.update(octets, 0, octets.length);
        return hasher.finish();
    }

    @Test
    @DisplayName("§3.4.3, §3.4.4: the empty body")
    void empty() {
        var hashes = hash("", request(Canonicalization.SIMPLE), request(Canonicalization.RELAXED));
        assertEquals(EMPTY_SIMPLE, hashes.get(0).base64());
        assertEquals(2, hashes.get(0).canonicalOctets());
        assertEquals(EMPTY_RELAXED, hashes.get(1).base64());
        assertEquals(0, hashes.get(1).canonicalOctets());
    }

    @Test
    @DisplayName("§3.5: l= counts canonical octets, and says how many it leaves out")
    void limits() {
        var hashes =
                hash(
                        "a  b\r\nc\r\n",
                        request(Canonicalization.RELAXED, 5),
                        request(Canonicalization.RELAXED),
                        request(Canonicalization.RELAXED, 0),
                        request(Canonicalization.SIMPLE, 99),
                        request(Canonicalization.RELAXED, 5));
        assertEquals(
                hash("a b", request(Canonicalization.RELAXED)).getFirst().base64(),
                hashes.get(0).base64());
        assertEquals(3, hashes.get(0).unhashedOctets());
        assertEquals(8, hashes.get(1).canonicalOctets());
        assertEquals(0, hashes.get(1).unhashedOctets());
        assertEquals(EMPTY_RELAXED, hashes.get(2).base64());
        assertEquals(9, hashes.get(3).canonicalOctets());
        assertEquals(0, hashes.get(3).unhashedOctets());
        assertEquals(hashes.get(0), hashes.get(4));
    }

    @Test
    @DisplayName("pieces of any size give what the whole gives, which is what the plain rules give")
    void pieces() {
        var random = new Random(6376);
        var alphabet = "ab  \t\r\n\r\n\r\n";
        for (int round = 0; round < 5_000; round++) {
            var body = new StringBuilder();
            int length = random.nextInt(24);
            for (int i = 0; i < length; i++) {
                char c = alphabet.charAt(random.nextInt(alphabet.length()));
                body.append(c == '\r' && random.nextInt(4) > 0 ? "\r\n" : c);
            }
            var text = body.toString();
            var pieces = new ArrayList<String>();
            for (int at = 0; at < text.length(); ) {
                int end = Math.min(text.length(), at + random.nextInt(5));
                pieces.add(text.substring(at, end));
                at = end;
            }
            var shown = Visible.of(text);
            assertEquals(
                    plainSimple(text), Bodies.canonical(Canonicalization.SIMPLE, pieces), shown);
            assertEquals(
                    plainRelaxed(text), Bodies.canonical(Canonicalization.RELAXED, pieces), shown);
        }
    }

    @Test
    @DisplayName("long pieces, which are handed on where they lie, give the same too")
    void longPieces() {
        var random = new Random(8301);
        for (int round = 0; round < 30; round++) {
            var body = new StringBuilder();
            while (body.length() < 20_000) {
                switch (random.nextInt(6)) {
                    case 0 -> body.append("  ");
                    case 1 -> body.append(" \r\n");
                    case 2 -> body.append("\r\n".repeat(random.nextInt(1500)));
                    default -> body.append("x y\r\n".repeat(random.nextInt(400)));
                }
            }
            var text = body.toString();
            int cut = random.nextInt(text.length());
            var pieces = List.of(text.substring(0, cut), text.substring(cut));
            assertEquals(plainSimple(text), Bodies.canonical(Canonicalization.SIMPLE, pieces));
            assertEquals(plainRelaxed(text), Bodies.canonical(Canonicalization.RELAXED, pieces));
        }
    }

    @Test
    @DisplayName("octets of every kind, in words of every length")
    void everyOctet() {
        var random = new Random(4871);
        for (int round = 0; round < 3_000; round++) {
            var body = new StringBuilder();
            while (body.length() < 100) {
                switch (random.nextInt(12)) {
                    case 0 -> body.append("\r\n");
                    case 1 -> body.append("  ");
                    case 2 -> body.append((char) random.nextInt(256));
                    case 3 -> body.append((char) (0x7E + random.nextInt(4)));
                    case 4, 5, 6 -> body.append(' ');
                    default -> body.append("x".repeat(random.nextInt(12)));
                }
            }
            var text = body.toString();
            assertEquals(
                    plainRelaxed(text),
                    Bodies.canonical(Canonicalization.RELAXED, List.of(text)),
                    Visible.of(text));
        }
    }

    /// The rules of §3.4.3 as they read, on a whole body.
    private static String plainSimple(String body) {
        var text = body;
        while (text.endsWith("\r\n")) {
            text = text.substring(0, text.length() - 2);
        }
        return text + "\r\n";
    }

    /// The rules of §3.4.4 as they read, on a whole body.
    private static String plainRelaxed(String body) {
        var text = (body + "\r\n").replaceAll("[ \t]+", " ").replace(" \r\n", "\r\n");
        while (text.endsWith("\r\n")) {
            text = text.substring(0, text.length() - 2);
        }
        return text.isEmpty() ? "" : text + "\r\n";
    }
}
