package io.postern.auth.dkim;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A tag-list: names and values in the order written. RFC 6376 §3.2.
///
/// Octets above 127 are taken in values: RFC 8616 §5 allows UTF-8 in some tags, whose own syntax
/// then decides.
public final class TagList {
    /// What a text was read as.
    public sealed interface Parsed {
        /// A tag-list; never empty.
        record Ok(TagList list) implements Parsed {}

        /// Not one.
        ///
        /// @param at offset of the first octet that can't stand there
        record Bad(int at, String why) implements Parsed {}
    }

    /// A value and where it stands: from behind the `=` up to the `;`, white space included.
    private record Tag(String value, int from, int to) {}

    private final Map<String, Tag> tags;

    private TagList(Map<String, Tag> tags) {
        this.tags = tags;
    }

    /// Reads a tag-list; octets as the characters U+0000 to U+00FF. Never throws.
    public static Parsed parse(String text) {
        var tags = new LinkedHashMap<String, Tag>();
        int at = 0;
        while (at < text.length()) {
            int nameStart = skipFws(text, at);
            if (nameStart == text.length() && !tags.isEmpty()) {
                // The ABNF has no white space behind the last ";", mail and DNS have: decision
                // 0003.
                break;
            }
            int nameEnd = endOfName(text, nameStart);
            int equals = skipFws(text, nameEnd);
            if (nameEnd == nameStart || equals == text.length() || text.charAt(equals) != '=') {
                return new Parsed.Bad(at, "not tag-name \"=\" tag-value");
            }
            int from = equals + 1;
            int start = skipFws(text, from);
            int end = endOfValue(text, start);
            int semicolon = skipFws(text, end);
            if (semicolon < text.length() && text.charAt(semicolon) != ';') {
                return new Parsed.Bad(semicolon, "an octet that no tag-value has");
            }
            var name = text.substring(nameStart, nameEnd);
            var tag = new Tag(text.substring(start, end), from, semicolon);
            // §3.2: a repeated name makes the whole list invalid. Names are case-sensitive.
            if (tags.putIfAbsent(name, tag) != null) {
                return new Parsed.Bad(nameStart, "tag " + name + " twice");
            }
            at = semicolon + 1;
        }
        return tags.isEmpty()
                ? new Parsed.Bad(0, "empty tag list")
                : new Parsed.Ok(new TagList(tags));
    }

    private static int endOfName(String text, int from) {
        int at = from;
        while (at < text.length() && isNameChar(text.charAt(at), at == from)) {
            at++;
        }
        return at;
    }

    private static boolean isNameChar(char c, boolean first) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (!first && ((c >= '0' && c <= '9') || c == '_'));
    }

    /// §3.2: tval *( 1*(WSP / FWS) tval ); the white space behind it is no part of it.
    private static int endOfValue(String text, int from) {
        int end = from;
        int at = from;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c > ' ' && c != ';' && c != 0x7F) {
                at++;
                end = at;
            } else {
                int next = skipFws(text, at);
                if (next == at) {
                    break;
                }
                at = next;
            }
        }
        return end;
    }

    /// Behind any white space, folded or not; a CRLF counts only if white space follows it (§2.8).
    private static int skipFws(String text, int from) {
        int at = from;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == ' ' || c == '\t') {
                at++;
            } else if (c == '\r'
                    && at + 2 < text.length()
                    && text.charAt(at + 1) == '\n'
                    && (text.charAt(at + 2) == ' ' || text.charAt(at + 2) == '\t')) {
                at += 3;
            } else {
                break;
            }
        }
        return at;
    }

    /// The names in the order written.
    public Set<String> names() {
        return Collections.unmodifiableSet(tags.keySet());
    }

    /// The value as written, folding inside it included; may be empty.
    public Optional<String> value(String name) {
        return Optional.ofNullable(tags.get(name)).map(Tag::value);
    }

    /// The value without any white space; may be empty.
    public Optional<String> compact(String name) {
        return value(name).map(TagList::withoutSpace);
    }

    /// The elements between colons, without white space; empty when the tag is absent.
    public Optional<List<String>> elements(String name) {
        return compact(name)
                .map(value -> {
                    var elements = new ArrayList<String>();
                    int at = 0;
                    for (int colon = value.indexOf(':');
                            colon >= 0;
                            colon = value.indexOf(':', at)) {
                        elements.add(value.substring(at, colon));
                        at = colon + 1;
                    }
                    elements.add(value.substring(at));
                    return List.copyOf(elements);
                });
    }

    /// The text that was parsed with the value of this tag, and all white space around it, left
    /// out. RFC 6376 §3.7.
    public String without(String name, String text) {
        var tag = tags.get(name);
        return tag == null ? text : text.substring(0, tag.from()) + text.substring(tag.to());
    }

    private static String withoutSpace(String value) {
        int end = endOfWord(value, 0);
        if (end == value.length()) {
            return value;
        }
        // Word by word: most are the lines of a long hash or signature.
        var out = new StringBuilder(value.length()).append(value, 0, end);
        int at = end;
        while (at < value.length()) {
            if (value.charAt(at) > ' ') {
                end = endOfWord(value, at);
                out.append(value, at, end);
                at = end;
            } else {
                at++;
            }
        }
        return out.toString();
    }

    private static int endOfWord(String value, int from) {
        int at = from;
        while (at < value.length() && value.charAt(at) > ' ') {
            at++;
        }
        return at;
    }

    @Override
    public String toString() {
        var out = new ArrayList<String>();
        tags.forEach((name, tag) -> out.add(name + "=" + tag.value()));
        return String.join("; ", out);
    }
}
