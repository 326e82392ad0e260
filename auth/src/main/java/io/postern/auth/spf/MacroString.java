package io.postern.auth.spf;

import java.util.ArrayList;
import java.util.List;

/// A text with macros. RFC 7208 §7.1 macro-string.
///
/// @param parts in order; may be empty
/// @param text as written
record MacroString(List<Part> parts, String text) {
    /// A piece of it.
    sealed interface Part {
        /// Characters that stand for themselves.
        record Literal(String text) implements Part {}

        /// `%%`, `%_` or `%-`, with what it stands for.
        record Escape(String text) implements Part {}

        /// `%{...}`.
        ///
        /// @param letter in lower case
        /// @param urlEscaped whether the letter was written in upper case
        /// @param keep how many parts to keep, counted from the right
        /// @param delimiters at which the value is split
        record Macro(char letter, boolean urlEscaped, int keep, boolean reversed, String delimiters)
                implements Part {}
    }

    /// Which macro letters may be used (§7.2: `c`, `r` and `t` only in explanations).
    enum Letters {
        OF_NAMES("slodiphv"),
        ALL("slodiphvcrt");

        private final String letters;

        Letters(String letters) {
            this.letters = letters;
        }
    }

    private static final String DELIMITERS = ".-+,/_=";

    MacroString {
        parts = List.copyOf(parts);
    }

    /// Whether the macro is used, in either case.
    boolean uses(char letter) {
        return parts.stream().anyMatch(p -> p instanceof Part.Macro m && m.letter() == letter);
    }

    /// §7.1 domain-spec: a macro-string that ends in a macro or in a dot and a top label.
    static Syntax<MacroString> domainSpec(String text) {
        if (text.isEmpty()) {
            return new Syntax.Bad<>("the domain is missing");
        }
        return switch (parse(text, Letters.OF_NAMES)) {
            case Syntax.Ok<MacroString>(var spec)
                    when spec.parts.getLast() instanceof Part.Literal(var end)
                            && !endsInTopLabel(end) ->
                    new Syntax.Bad<>("not a domain of two labels or more");
            case Syntax<MacroString> other -> other;
        };
    }

    /// §7.1 macro-string. White space is none.
    static Syntax<MacroString> parse(String text, Letters letters) {
        return new Reader(text, letters, false).read();
    }

    /// §6.2 explain-string: macro-strings and spaces.
    static Syntax<MacroString> explanation(String text) {
        return new Reader(text, Letters.ALL, true).read();
    }

    /// §7.1 domain-end: `"." toplabel [ "." ]`. A number is no top label.
    private static boolean endsInTopLabel(String literal) {
        int end = literal.endsWith(".") ? literal.length() - 1 : literal.length();
        int dot = literal.lastIndexOf('.', end - 1);
        if (dot < 0 || dot + 1 >= end) {
            return false;
        }
        boolean number = true;
        for (int i = dot + 1; i < end; i++) {
            char c = Character.toLowerCase(literal.charAt(i));
            boolean digit = c >= '0' && c <= '9';
            if (!digit && c != '-' && !(c >= 'a' && c <= 'z')) {
                return false;
            }
            number &= digit;
        }
        return !number && literal.charAt(dot + 1) != '-' && literal.charAt(end - 1) != '-';
    }

    /// Reads one text, from left to right.
    private static final class Reader {
        private final String text;
        private final Letters letters;
        private final boolean spaces;
        private final List<Part> parts = new ArrayList<>();
        private final StringBuilder literal = new StringBuilder();
        private int at;

        Reader(String text, Letters letters, boolean spaces) {
            this.text = text;
            this.letters = letters;
            this.spaces = spaces;
        }

        Syntax<MacroString> read() {
            while (at < text.length()) {
                char c = text.charAt(at);
                if (c != '%') {
                    // macro-literal: visible ASCII.
                    if (c > '~' || c < ' ' || (c == ' ' && !spaces)) {
                        return bad("a character that is not printable ASCII");
                    }
                    literal.append(c);
                    at++;
                } else if (!escapeOrMacro()) {
                    return bad("a macro that is not one");
                }
            }
            endLiteral();
            return new Syntax.Ok<>(new MacroString(parts, text));
        }

        private Syntax<MacroString> bad(String why) {
            return new Syntax.Bad<>(why + ", at character " + (at + 1));
        }

        private void endLiteral() {
            if (!literal.isEmpty()) {
                parts.add(new Part.Literal(literal.toString()));
                literal.setLength(0);
            }
        }

        private boolean escapeOrMacro() {
            var escape =
                    switch (next(1)) {
                        case '%' -> "%";
                        case '_' -> " ";
                        case '-' -> "%20";
                        default -> "";
                    };
            if (!escape.isEmpty()) {
                endLiteral();
                parts.add(new Part.Escape(escape));
                at += 2;
                return true;
            }
            return next(1) == '{' && macro();
        }

        /// `"%{" macro-letter transformers *delimiter "}"`, §7.1.
        private boolean macro() {
            char letter = Character.toLowerCase(next(2));
            if (letters.letters.indexOf(letter) < 0) {
                return false;
            }
            boolean upper = next(2) != letter;
            int i = at + 3;
            int keep = 0;
            int digits = i;
            while (i < text.length() && text.charAt(i) >= '0' && text.charAt(i) <= '9') {
                // No value has so many parts: more is all of them.
                keep = Math.min(keep * 10 + (text.charAt(i) - '0'), 100_000);
                i++;
            }
            if (i > digits && keep == 0) {
                return false; // §7.3: a number MUST be nonzero.
            }
            // RFC 5234 §2.3: "r" in either case.
            boolean reversed = i < text.length() && (text.charAt(i) | 0x20) == 'r';
            i += reversed ? 1 : 0;
            int start = i;
            while (i < text.length() && DELIMITERS.indexOf(text.charAt(i)) >= 0) {
                i++;
            }
            if (i >= text.length() || text.charAt(i) != '}') {
                return false;
            }
            endLiteral();
            parts.add(
                    new Part.Macro(
                            letter,
                            upper,
                            i > digits && keep > 0 ? keep : Integer.MAX_VALUE,
                            reversed,
                            start == i ? "." : text.substring(start, i)));
            at = i + 1;
            return true;
        }

        private char next(int ahead) {
            return at + ahead < text.length() ? text.charAt(at + ahead) : '\0';
        }
    }
}
