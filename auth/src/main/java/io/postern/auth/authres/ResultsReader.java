package io.postern.auth.authres;

import io.postern.auth.authres.AuthenticationResults.MethodResult;
import io.postern.auth.authres.AuthenticationResults.Numbered;
import io.postern.auth.authres.AuthenticationResults.Parsed;
import io.postern.auth.authres.AuthenticationResults.Property;
import java.util.ArrayList;
import java.util.Locale;
import java.util.Optional;

/// Reads what RFC 8601 §2.2 allows, and what is written in spite of it: a semicolon at the end,
/// values that should be quoted, `name=value` without a type (passed over).
final class ResultsReader {
    /// Ends the reading; never leaves this class.
    private static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;
        private final int at;
        private final String why;

        private Refused(int at, String why) {
            super(null, null, false, false);
            this.at = at;
            this.why = why;
        }
    }

    /// Nobody checks by so many methods; a longer list is made to be long.
    private static final int MAX_RESULTS = 100;

    private static final int MAX_PROPERTIES = 100;

    private final Cursor cursor;

    private ResultsReader(String text) {
        cursor = new Cursor(text);
    }

    static Parsed read(String text) {
        return new ResultsReader(text).rest();
    }

    static Optional<Numbered> readNumbered(String text) {
        var reader = new ResultsReader(text);
        try {
            var instance = reader.instance();
            return Optional.of(new Numbered(instance, reader.rest()));
        } catch (Refused e) {
            return Optional.empty();
        }
    }

    private Parsed rest() {
        try {
            return new Parsed.Ok(read());
        } catch (Refused e) {
            return new Parsed.Bad(e.at, e.why);
        }
    }

    /// RFC 8617 §4.1.1: instance [CFWS] ";".
    private int instance() throws Refused {
        space();
        boolean named = cursor.skip('i');
        space();
        if (!named || !cursor.skip('=')) {
            throw refused("no instance");
        }
        space();
        var number = cursor.take(Cursor::isDigit);
        space();
        // §4.2.1: one or two digits.
        if (number.isEmpty() || number.length() > 2 || !cursor.skip(';')) {
            throw refused("no instance");
        }
        return Integer.parseInt(number);
    }

    private AuthenticationResults read() throws Refused {
        space();
        // An equals sign would show that a method stands in its place.
        var id = value(";(=");
        if (id.isEmpty() || cursor.peek() == '=') {
            throw refused("no authserv-id");
        }
        space();
        var version = cursor.take(Cursor::isDigit);
        // §2.2: a version that is not known makes the field one to ignore.
        if (!version.isEmpty() && !version.equals("1")) {
            throw refused("version " + version + " is not known");
        }
        space();
        var results = new ArrayList<MethodResult>();
        while (!cursor.atEnd()) {
            if (!cursor.skip(';')) {
                throw refused("no semicolon");
            }
            space();
            if (!cursor.atEnd() && cursor.peek() != ';') {
                result().ifPresent(results::add);
                if (results.size() > MAX_RESULTS) {
                    throw refused("more than " + MAX_RESULTS + " results");
                }
            }
        }
        return new AuthenticationResults(id, results);
    }

    /// One result; empty for `none`, and for a version of a method that is not known (§2.2).
    private Optional<MethodResult> result() throws Refused {
        var method = keyword();
        space();
        if (method.equals("none") && (cursor.atEnd() || cursor.peek() == ';')) {
            return Optional.empty();
        }
        boolean known = true;
        if (cursor.skip('/')) {
            space();
            known = cursor.take(Cursor::isDigit).equals("1");
            space();
        }
        if (method.isEmpty() || !cursor.skip('=')) {
            throw refused("not method \"=\" result");
        }
        space();
        var word = keyword();
        if (word.isEmpty()) {
            throw refused("no result");
        }
        var comment = space();
        var reason = Optional.<String>empty();
        var properties = new ArrayList<Property>();
        while (!cursor.atEnd() && cursor.peek() != ';') {
            var type = keyword();
            space();
            var name = "";
            if (cursor.skip('.')) {
                space();
                name = keyword();
                space();
            }
            if (type.isEmpty() || !cursor.skip('=')) {
                throw refused("not ptype \".\" property \"=\" value");
            }
            space();
            var value = value(";(");
            var more = space();
            comment = comment.or(() -> more);
            if (!name.isEmpty()) {
                properties.add(new Property(type, name, value));
            } else if (type.equals("reason")) {
                reason = Optional.of(value);
            }
            if (properties.size() > MAX_PROPERTIES) {
                throw refused("more than " + MAX_PROPERTIES + " properties");
            }
        }
        return known
                ? Optional.of(new MethodResult(method, word, reason, comment, properties))
                : Optional.empty();
    }

    /// RFC 5321 §4.1.2 Keyword, in lower case: RFC 8601 §2.2 compares without case. The underscore
    /// is written, too.
    private String keyword() {
        return cursor.take(c -> Cursor.isLetter(c) || Cursor.isDigit(c) || c == '-' || c == '_')
                .toLowerCase(Locale.ROOT);
    }

    /// A quoted string, or what stands before white space and one of these. RFC 8601 §2.2 `value`
    /// and `pvalue`, whose local part may be quoted, too.
    private String value(String stops) throws Refused {
        var out = new StringBuilder();
        while (!cursor.atEnd() && !Cursor.isSpace(cursor.peek())) {
            if (cursor.peek() == '"') {
                if (!cursor.quoted(out)) {
                    throw refused("a quoted string without end");
                }
            } else if (stops.indexOf(cursor.peek()) >= 0) {
                break;
            } else {
                out.append(cursor.next());
            }
        }
        return Cursor.decoded(out.toString());
    }

    /// Passes over CFWS; the first comment in it, if any.
    private Optional<String> space() throws Refused {
        var first = Optional.<String>empty();
        while (!cursor.atEnd()) {
            if (Cursor.isSpace(cursor.peek())) {
                cursor.next();
            } else if (cursor.peek() == '(') {
                var comment = new StringBuilder();
                if (!cursor.comment(comment)) {
                    throw refused("a comment without end");
                }
                first = first.or(() -> Optional.of(Cursor.decoded(comment.toString())));
            } else {
                break;
            }
        }
        return first;
    }

    private Refused refused(String why) {
        return new Refused(cursor.at(), why);
    }
}
