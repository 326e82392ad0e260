package io.postern.auth.dmarc.report;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.util.Locale;
import java.util.regex.Pattern;

/// Octets of XML as characters, and the mending of what reporters break most: bytes that are not of
/// their charset, a bare `&` in a name, an address in angle brackets.
final class XmlText {
    private static final Pattern DECLARED =
            Pattern.compile(
                    "\\A\\s*<\\?xml[^>]{0,100}?encoding\\s*=\\s*[\"']([A-Za-z0-9._-]{1,40})");

    // XML 1.0 §3.1: what may stand as a tag here; anything else is text.
    private static final Pattern TAG =
            Pattern.compile(
                    "</?[A-Za-z_][A-Za-z0-9_.:-]*+(?:\\s[^<>]*+)?/?>|<\\?[^<>]*+>|<!--|<!DOCTYPE|<!\\[CDATA\\[");
    private static final Pattern REFERENCE =
            Pattern.compile("&(?:[a-z]{1,8}|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});");

    private XmlText() {}

    /// The characters, without a byte order mark and white space before the declaration, which XML
    /// does not allow and people have.
    static String decode(byte[] octets, Remarks remarks) {
        String text;
        if (octets.length > 1 && (octets[0] == (byte) 0xFE || octets[0] == (byte) 0xFF)) {
            text = new String(octets, UTF_16);
        } else {
            var charset = declared(octets, remarks);
            try {
                text = charset.newDecoder().decode(ByteBuffer.wrap(octets)).toString();
            } catch (CharacterCodingException e) {
                remarks.add("octets that are not " + charset + ", read as U+FFFD");
                text = new String(octets, charset);
            }
        }
        int at = 0;
        while (at < text.length() && (text.charAt(at) <= ' ' || text.charAt(at) == '\uFEFF')) {
            at++;
        }
        return text.substring(at);
    }

    private static Charset declared(byte[] octets, Remarks remarks) {
        var head = new String(octets, 0, Math.min(octets.length, 200), ISO_8859_1);
        var found = DECLARED.matcher(head);
        if (!found.find()) {
            return UTF_8;
        }
        var name = found.group(1).toLowerCase(Locale.ROOT);
        return switch (name) {
            case "utf-8", "utf8", "us-ascii", "ascii" -> UTF_8;
            case "iso-8859-1", "latin1" -> ISO_8859_1;
            case "windows-1252" -> Charset.forName("windows-1252");
            // It says so in octets that are not: it was converted on the way.
            case "utf-16" -> UTF_8;
            default -> {
                remarks.add("charset " + name + " read as UTF-8");
                yield UTF_8;
            }
        };
    }

    /// The same with every `<` that begins no tag and every `&` that begins no reference escaped,
    /// and characters that no XML may have replaced.
    static String mended(String text) {
        var out = new StringBuilder(text.length() + 64);
        var tag = TAG.matcher(text);
        var reference = REFERENCE.matcher(text);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean bare =
                    (c == '<' && !tag.region(i, Math.min(text.length(), i + 500)).lookingAt())
                            || (c == '&'
                                    && !reference
                                            .region(i, Math.min(text.length(), i + 12))
                                            .lookingAt());
            if (bare) {
                out.append(c == '<' ? "&lt;" : "&amp;");
            } else {
                // XML 1.0 §2.2.
                boolean illegal = (c < ' ' && c != '\t' && c != '\r' && c != '\n') || c >= 0xFFFE;
                out.append(illegal ? '\uFFFD' : c);
            }
        }
        return out.toString();
    }
}
