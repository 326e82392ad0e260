package io.postern.auth.spf;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.postern.auth.spf.MacroString.Part;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Puts values in the place of macros. RFC 7208 §7.2, §7.3. Confined to one check.
final class MacroExpander {
    /// §7.3: a longer name loses labels on its left.
    private static final int MAX_NAME = 253;

    private static final int MAX_LABEL = 63;

    private final Circumstances circumstances;
    private final ReverseNames reverseNames;

    MacroExpander(Circumstances circumstances, ReverseNames reverseNames) {
        this.circumstances = circumstances;
        this.reverseNames = reverseNames;
    }

    /// The name that a domain-spec stands for, in lower case and without trailing dot; empty when
    /// no such name can be in the DNS (§4.8 leaves open what then; to us it does not exist).
    ///
    /// @param domain the current `<domain>`
    Optional<String> name(MacroString spec, String domain) {
        // From the right, and no more than is kept: a stranger chooses how many macros there are.
        var pieces = new ArrayDeque<String>();
        int length = 0;
        for (int i = spec.parts().size() - 1; i >= 0 && length <= MAX_NAME + 1; i--) {
            var piece = value(spec.parts().get(i), domain);
            pieces.addFirst(piece);
            length += piece.length();
        }
        var name = String.join("", pieces);
        if (name.endsWith(".")) {
            name = name.substring(0, name.length() - 1);
        }
        if (name.length() > MAX_NAME) {
            // Without a dot there, 0 is kept of it, and that is no name.
            int dot = name.indexOf('.', name.length() - MAX_NAME - 1);
            name = dot < 0 ? "" : name.substring(dot + 1);
        }
        return isName(name) ? Optional.of(name.toLowerCase(Locale.ROOT)) : Optional.empty();
    }

    private static boolean isName(String name) {
        int label = 0;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '.') {
                if (label == 0) {
                    return false;
                }
                label = 0;
            } else if (c < ' ' || c > '~' || ++label > MAX_LABEL) {
                return false;
            }
        }
        return label > 0;
    }

    /// The text of an explanation; empty when it is not printable ASCII or longer than that.
    Optional<String> explanation(MacroString text, String domain, int max) {
        var out = new StringBuilder();
        for (var part : text.parts()) {
            out.append(value(part, domain));
            if (out.length() > max) {
                return Optional.empty();
            }
        }
        return out.chars().allMatch(c -> c >= ' ' && c <= '~')
                ? Optional.of(out.toString())
                : Optional.empty();
    }

    private String value(Part part, String domain) {
        return switch (part) {
            case Part.Literal(var text) -> text;
            case Part.Escape(var text) -> text;
            case Part.Macro macro -> {
                var value = transformed(letter(macro.letter(), domain), macro);
                yield macro.urlEscaped() ? urlEscaped(value) : value;
            }
        };
    }

    private String letter(char letter, String domain) {
        var sender = circumstances.sender();
        return switch (letter) {
            case 's' -> sender.localPart() + "@" + sender.domain();
            case 'l' -> sender.localPart();
            case 'o' -> sender.domain();
            case 'd' -> domain;
            case 'i' -> circumstances.client().dotted();
            case 'p' -> reverseNames.bestFor(domain);
            case 'v' -> circumstances.client().reverseZone();
            case 'h' -> Sender.heloAsAscii(circumstances.helo());
            case 'c' -> circumstances.client().readable();
            case 'r' ->
                    circumstances.receivingHost().isEmpty()
                            ? ReverseNames.UNKNOWN
                            : circumstances.receivingHost();
            case 't' -> Long.toString(circumstances.now().getEpochSecond());
            default -> throw new IllegalStateException("no such macro: " + letter);
        };
    }

    /// Split, reversed, cut from the right, and joined by dots (§7.3).
    private static String transformed(String value, Part.Macro macro) {
        if (macro.keep() == Integer.MAX_VALUE
                && !macro.reversed()
                && macro.delimiters().equals(".")) {
            return value;
        }
        var parts = split(value, macro.delimiters());
        if (macro.reversed()) {
            Collections.reverse(parts);
        }
        int from = Math.max(0, parts.size() - macro.keep());
        return String.join(".", parts.subList(from, parts.size()));
    }

    private static List<String> split(String value, String delimiters) {
        var parts = new ArrayList<String>();
        int start = 0;
        for (int i = 0; i <= value.length(); i++) {
            if (i == value.length() || delimiters.indexOf(value.charAt(i)) >= 0) {
                parts.add(value.substring(start, i));
                start = i + 1;
            }
        }
        return parts;
    }

    /// RFC 3986 §2.1, all but its unreserved characters (§2.3).
    private static String urlEscaped(String value) {
        var out = new StringBuilder(value.length());
        for (byte octet : value.getBytes(UTF_8)) {
            char c = (char) (octet & 0xFF);
            boolean unreserved =
                    (c >= 'a' && c <= 'z')
                            || (c >= 'A' && c <= 'Z')
                            || (c >= '0' && c <= '9')
                            || "-._~".indexOf(c) >= 0;
            if (unreserved) {
                out.append(c);
            } else {
                out.append('%')
                        .append(Character.toUpperCase(Character.forDigit(octet >> 4 & 0xF, 16)))
                        .append(Character.toUpperCase(Character.forDigit(octet & 0xF, 16)));
            }
        }
        return out.toString();
    }
}
