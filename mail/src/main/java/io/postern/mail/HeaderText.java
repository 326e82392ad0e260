package io.postern.mail;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

/// Text into the octets that header fields keep as characters, and back.
final class HeaderText {
    private HeaderText() {}

    /// The UTF-8 octets of a text, each as a character U+0000 to U+00FF.
    static String octets(String text) {
        return isAscii(text) ? text : new String(text.getBytes(UTF_8), ISO_8859_1);
    }

    static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 127) {
                return false;
            }
        }
        return true;
    }

    /// A field of that name and text, which must have no CR or LF but in folds.
    static HeaderField field(String name, String text) {
        return new HeaderField(name, name + ": " + octets(text) + "\r\n");
    }
}
