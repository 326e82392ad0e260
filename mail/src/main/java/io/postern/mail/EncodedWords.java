package io.postern.mail;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads encoded words in header fields, for people and for conditions. RFC 2047.
public final class EncodedWords {
    // RFC 2047 §2: 75 characters at most, but longer ones are seen and harmless. RFC 2231 §5: a
    // language may follow the charset. Possessive: nothing to go back to.
    private static final Pattern WORD =
            Pattern.compile(
                    "=\\?([A-Za-z0-9!#$%&'+_`{}~^-]{1,40}+)(?:\\*[A-Za-z0-9-]{0,40}+)?"
                            + "\\?([BbQq])\\?([^? \\t\\r\\n]{0,998}+)\\?=");

    private EncodedWords() {}

    /// The text with its encoded words decoded. What can't be decoded stays as it is.
    public static String decode(String text) {
        if (!text.contains("=?")) {
            return text;
        }
        var decoded = new StringBuilder(text.length());
        var word = WORD.matcher(text);
        int at = 0;
        boolean afterWord = false;
        while (word.find()) {
            var between = text.substring(at, word.start());
            // RFC 2047 §6.2: white space between two encoded words is not displayed.
            if (!afterWord || !between.isBlank()) {
                decoded.append(between);
            }
            var meaning = meaning(word);
            afterWord = !meaning.equals(word.group());
            decoded.append(meaning);
            at = word.end();
        }
        return decoded.append(text, at, text.length()).toString();
    }

    private static String meaning(Matcher word) {
        try {
            var charset = Charset.forName(word.group(1));
            boolean base64 = word.group(2).equalsIgnoreCase("B");
            var octets =
                    base64 ? Base64.getMimeDecoder().decode(word.group(3)) : quoted(word.group(3));
            return new String(octets, charset);
        } catch (IllegalCharsetNameException
                | UnsupportedCharsetException
                | UnsupportedOperationException e) {
            return word.group();
        } catch (IllegalArgumentException e) {
            return word.group(); // Not base64.
        }
    }

    // RFC 2047 §4.2.
    private static byte[] quoted(String text) {
        var octets = new ByteArrayOutputStream(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean room = i + 2 < text.length();
            int high = room ? Character.digit(text.charAt(i + 1), 16) : -1;
            int low = room ? Character.digit(text.charAt(i + 2), 16) : -1;
            if (c == '=' && high >= 0 && low >= 0) {
                octets.write(high << 4 | low);
                i += 2;
            } else if (c == '_') {
                octets.write(' ');
            } else {
                octets.writeBytes(String.valueOf(c).getBytes(StandardCharsets.UTF_8));
            }
        }
        return octets.toByteArray();
    }
}
