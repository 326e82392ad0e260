package io.postern.mail;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Optional;

/// Reads one path or mailbox from left to right. RFC 5321 §4.1.2.
final class PathReader {
    // RFC 5321 §4.5.3.1.1 to §4.5.3.1.3
    private static final int MAX_LOCAL_PART = 64;
    private static final int MAX_DOMAIN = 255;
    private static final int MAX_PATH = 256;

    private final String text;
    private final boolean utf8;
    private int at;

    PathReader(String text, boolean utf8) {
        this.text = text;
        this.utf8 = utf8;
    }

    /// Where and why a text is no path. Never leaves this class: results are values.
    private static final class Misfit extends Exception {
        private static final long serialVersionUID = 1;
        private final int where;
        private final String why;

        Misfit(int where, String why) {
            super(why, null, false, false);
            this.where = where;
            this.why = why;
        }
    }

    Paths.Parsed<Mailbox> path() {
        try {
            if (octets(text) > MAX_PATH) {
                throw new Misfit(MAX_PATH, "path of more than " + MAX_PATH + " octets");
            }
            expect('<', "a path begins with \"<\"");
            boolean route = dropRoute();
            var mailbox = mailbox('>');
            expect('>', "a path ends with \">\"");
            if (at < text.length()) {
                throw new Misfit(at, "something after the path");
            }
            return new Paths.Parsed.Ok<>(mailbox, route);
        } catch (Misfit e) {
            return new Paths.Parsed.Bad<>(e.where, e.why);
        }
    }

    Paths.Parsed<Mailbox> mailboxOnly() {
        try {
            return new Paths.Parsed.Ok<>(mailbox('\0'), false);
        } catch (Misfit e) {
            return new Paths.Parsed.Bad<>(e.where, e.why);
        }
    }

    /// RFC 5321 §4.1.2 A-d-l and appendix C: `@one,@two:` before the mailbox means nothing any
    /// more.
    private boolean dropRoute() throws Misfit {
        if (!here('@')) {
            return false;
        }
        while (true) {
            expect('@', "a source route names hosts with \"@\"");
            int end = at;
            while (end < text.length() && text.charAt(end) != ',' && text.charAt(end) != ':') {
                end++;
            }
            domain(end);
            if (here(',')) {
                at++;
            } else {
                expect(':', "a source route ends with \":\"");
                return true;
            }
        }
    }

    /// @param close the character that ends the domain; NUL for the end of the text
    private Mailbox mailbox(char close) throws Misfit {
        int start = at;
        var local = here('"') ? quoted() : dotString();
        if (local.isEmpty()) {
            throw new Misfit(start, "no local part");
        }
        if (octets(local) > MAX_LOCAL_PART) {
            throw new Misfit(start, "local part of more than " + MAX_LOCAL_PART + " octets");
        }
        expect('@', "an address needs a domain");
        int end = close == '\0' ? text.length() : text.indexOf(close, at);
        return new Mailbox(local, host(end < 0 ? text.length() : end));
    }

    private String dotString() throws Misfit {
        int start = at;
        boolean atom = false;
        for (; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '.') {
                if (!atom) {
                    throw new Misfit(at, "a dot where an atom must stand");
                }
                atom = false;
            } else if (Mailbox.isAtext(c)) {
                checkBeyondAscii(c);
                atom = true;
            } else {
                break;
            }
        }
        if (!atom && at > start) {
            throw new Misfit(at - 1, "a dot ends the local part");
        }
        return text.substring(start, at);
    }

    private String quoted() throws Misfit {
        var local = new StringBuilder();
        for (at++; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '"') {
                at++;
                return local.toString();
            }
            if (c == '\\') {
                at++;
                // RFC 5321 §4.1.2 quoted-pairSMTP: what is quoted is ASCII.
                if (at == text.length() || text.charAt(at) > '~') {
                    throw new Misfit(at, "a quoted pair that is none");
                }
                c = text.charAt(at);
            }
            if (c < ' ' || c == 127) {
                throw new Misfit(at, "a control character");
            }
            checkBeyondAscii(c);
            local.append(c);
        }
        throw new Misfit(at, "a quoted string without end");
    }

    private void checkBeyondAscii(char c) throws Misfit {
        if (c <= '~') {
            return;
        }
        if (!utf8) {
            throw new Misfit(at, "a character beyond ASCII without SMTPUTF8");
        }
        // U+FFFD is what malformed UTF-8 became. C1 controls would reach logs and screens.
        if (c == '\uFFFD' || c < '\u00A0' || (Character.isSurrogate(c) && !pairHere())) {
            throw new Misfit(at, "not UTF-8, or a control character");
        }
    }

    private boolean pairHere() {
        char c = text.charAt(at);
        return Character.isHighSurrogate(c)
                ? at + 1 < text.length() && Character.isLowSurrogate(text.charAt(at + 1))
                : at > 0 && Character.isHighSurrogate(text.charAt(at - 1));
    }

    private Host host(int end) throws Misfit {
        if (!here('[')) {
            return domain(end);
        }
        int close = text.indexOf(']', at);
        if (close < 0 || close >= end) {
            throw new Misfit(at, "an address literal without end");
        }
        var literal = AddressLiteral.parse(text.substring(at, close + 1));
        if (literal.isEmpty()) {
            throw new Misfit(at, "an address literal that is neither IPv4 nor IPv6");
        }
        at = close + 1;
        if (at < end) {
            throw new Misfit(at, "something after the address literal");
        }
        return literal.get();
    }

    private Domain domain(int end) throws Misfit {
        for (int i = at; i < end; i++) {
            if (text.charAt(i) > '~' && !utf8) {
                throw new Misfit(i, "a character beyond ASCII without SMTPUTF8");
            }
        }
        var written = text.substring(at, end);
        var domain =
                written.length() > MAX_DOMAIN ? Optional.<Domain>empty() : Domain.parse(written);
        if (domain.isEmpty()) {
            throw new Misfit(at, "not a domain name");
        }
        at = end;
        return domain.get();
    }

    private boolean here(char c) {
        return at < text.length() && text.charAt(at) == c;
    }

    private void expect(char c, String why) throws Misfit {
        if (!here(c)) {
            throw new Misfit(at, why);
        }
        at++;
    }

    private static int octets(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 127) {
                return text.getBytes(UTF_8).length;
            }
        }
        return text.length();
    }
}
