package io.postern.auth.arc;

import io.postern.mail.HeaderField;
import java.util.ArrayList;
import java.util.List;

/// Writes a tag-list in the order given, in lines of at most so many octets where it can, folded
/// between tags, after a colon and inside `b=`. RFC 6376 §3.2.
final class TagWriter {
    private static final String SIGNATURE = "b=";

    private final String name;
    private final int lineLength;

    /// What can't be folded, in order; each starts a tag or goes on with one.
    private final List<Word> words = new ArrayList<>();

    private record Word(String text, boolean starts) {}

    /// @param lineLength octets of a line, CRLF excluded
    TagWriter(String name, int lineLength) {
        this.name = name;
        this.lineLength = lineLength;
    }

    TagWriter tag(String tag, String value) {
        words.add(new Word(tag + "=" + value, true));
        return this;
    }

    /// A tag whose elements are parted by colons.
    TagWriter list(String tag, List<String> elements) {
        if (elements.isEmpty()) {
            return tag(tag, "");
        }
        for (int i = 0; i < elements.size(); i++) {
            var text = elements.get(i) + (i + 1 < elements.size() ? ":" : "");
            words.add(new Word(i == 0 ? tag + "=" + text : text, i == 0));
        }
        return this;
    }

    /// The place of the signature.
    TagWriter signature() {
        words.add(new Word(SIGNATURE, true));
        return this;
    }

    /// The field with this signature; with an empty one, what is signed.
    HeaderField field(String base64) {
        var out = new StringBuilder(name).append(':');
        int line = out.length();
        for (int i = 0; i < words.size(); i++) {
            var word = words.get(i);
            boolean ends = i + 1 < words.size() && words.get(i + 1).starts();
            var text = word.text() + (ends ? ";" : "");
            int space = word.starts() ? 1 : 0;
            // A new line behind the signature, whatever its length: what is signed without it is
            // to have its other lines where the finished field has them, for a fold in h= counts.
            boolean behind = i > 0 && words.get(i - 1).text().equals(SIGNATURE);
            if (behind || line + space + text.length() > lineLength) {
                out.append("\r\n ");
                line = 1;
            } else if (word.starts()) {
                out.append(' ');
                line++;
            }
            if (word.text().equals(SIGNATURE)) {
                line = sign(out.append(SIGNATURE), line + SIGNATURE.length(), base64);
                out.append(ends ? ";" : "");
                line += ends ? 1 : 0;
            } else {
                out.append(text);
                line += text.length();
            }
        }
        return new HeaderField(name, out.append("\r\n").toString());
    }

    /// Appends the signature; the length of the last line.
    private int sign(StringBuilder out, int before, String base64) {
        int line = before;
        for (int at = 0; at < base64.length(); ) {
            // One octet is kept for the semicolon.
            int count = Math.min(lineLength - 1 - line, base64.length() - at);
            if (count <= 0) {
                out.append("\r\n ");
                line = 1;
                continue;
            }
            out.append(base64, at, at + count);
            at += count;
            line += count;
        }
        return line;
    }
}
