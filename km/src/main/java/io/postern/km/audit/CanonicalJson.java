package io.postern.km.audit;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// The canonical form of RFC 8785 for objects of strings and whole numbers: names sorted by UTF-16
/// code units, no blanks, the shortest escapes. The same object is always the same octets.
public final class CanonicalJson {
    /// RFC 8785 §3.2.2.3 writes numbers as ECMAScript: whole ones up to here lose nothing.
    private static final long MOST = 1L << 53;

    private static final JsonFactory FACTORY = new JsonFactory();

    private CanonicalJson() {}

    /// The text. Values are [String] or [Long].
    public static String write(SortedMap<String, Object> object) {
        var text = new StringBuilder("{");
        for (var entry : object.entrySet()) {
            if (text.length() > 1) {
                text.append(',');
            }
            string(entry.getKey(), text);
            text.append(':');
            switch (entry.getValue()) {
                case String string -> string(string, text);
                case Long number when Math.abs(number) <= MOST -> text.append(number.longValue());
                case Object other -> throw new IllegalArgumentException("no JSON here: " + other);
            }
        }
        return text.append('}').toString();
    }

    /// RFC 8785 §3.2.2.2.
    private static void string(String value, StringBuilder text) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\b' -> text.append("\\b");
                case '\t' -> text.append("\\t");
                case '\n' -> text.append("\\n");
                case '\f' -> text.append("\\f");
                case '\r' -> text.append("\\r");
                default -> {
                    if (c < 0x20) {
                        text.append("\\u00").append(c < 0x10 ? "0" : "");
                        text.append(Integer.toHexString(c));
                    } else if (Character.isSurrogate(c) && !paired(value, i)) {
                        // Lone surrogates have no UTF-8: RFC 8785 §3.2.2.2 forbids them.
                        text.append('\ufffd');
                    } else {
                        text.append(c);
                    }
                }
            }
        }
        text.append('"');
    }

    private static boolean paired(String value, int i) {
        return Character.isHighSurrogate(value.charAt(i))
                ? i + 1 < value.length() && Character.isLowSurrogate(value.charAt(i + 1))
                : i > 0 && Character.isHighSurrogate(value.charAt(i - 1));
    }

    /// The object that a text is in exactly this form; empty for all else.
    public static Optional<Map<String, Object>> read(String text) {
        var object = new TreeMap<String, Object>();
        try (var parser = FACTORY.createParser(text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return Optional.empty();
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                var name = parser.currentName();
                var value = value(parser);
                if (value.isEmpty()) {
                    return Optional.empty();
                }
                object.put(name, value.get());
            }
        } catch (IOException e) {
            return Optional.empty();
        }
        return write(object).equals(text) ? Optional.of(object) : Optional.empty();
    }

    private static Optional<Object> value(JsonParser parser) throws IOException {
        var token = parser.nextToken();
        if (token == JsonToken.VALUE_STRING) {
            return Optional.of(parser.getText());
        }
        // The longest number that is written has 16 digits; a longer one is none of ours.
        if (token == JsonToken.VALUE_NUMBER_INT && parser.getTextLength() <= 17) {
            long number = parser.getLongValue();
            return Math.abs(number) <= MOST ? Optional.of(number) : Optional.empty();
        }
        return Optional.empty();
    }
}
