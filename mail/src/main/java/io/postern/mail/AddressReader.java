package io.postern.mail;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads an address list from left to right. RFC 5322 §3.4, §4.4, and what has one reading only. No
/// recursion: comments nest as deep as their text is long.
final class AddressReader {
    private final String text;
    private final List<AddressList.Entry> entries = new ArrayList<>();
    private int at;
    private boolean group;
    private boolean seenAny;

    AddressReader(String text) {
        this.text = text;
    }

    /// Where and why a text is no list. Never leaves this class: results are values.
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

    AddressList.Parsed read() {
        try {
            list();
            if (!seenAny) {
                throw new Misfit(at, "no address");
            }
            return new AddressList.Parsed.Ok(entries);
        } catch (Misfit e) {
            return new AddressList.Parsed.Bad(e.where, e.why);
        }
    }

    private void list() throws Misfit {
        while (true) {
            skipCfws();
            if (at == text.length()) {
                if (group) {
                    throw new Misfit(at, "a group without \";\"");
                }
                return;
            }
            char c = text.charAt(at);
            if (c == ',') {
                // RFC 5322 §4.4 obs-addr-list: nothing between commas.
                at++;
            } else if (c == ';' && group) {
                at++;
                group = false;
                endOfAddress();
            } else {
                address();
            }
        }
    }

    /// One mailbox, or the name that opens a group.
    private void address() throws Misfit {
        int start = at;
        var words = new Words();
        readWords(words);
        seenAny = true;
        char c = at < text.length() ? text.charAt(at) : ',';
        switch (c) {
            case '<' -> {
                var mailbox = angle();
                skipCfws();
                entries.add(new AddressList.Entry(words.phrase(), mailbox));
                endOfAddress();
            }
            case '@' -> {
                var local = words.localPart();
                if (local == null) {
                    throw new Misfit(at, "white space or a stray dot in a local part");
                }
                at++;
                var host = host();
                skipCfws();
                bare(new Mailbox(local, host));
                endOfAddress();
            }
            case ':' -> {
                if (group || words.isEmpty()) {
                    throw new Misfit(at, group ? "a group in a group" : "a group without a name");
                }
                group = true;
                at++;
            }
            case ',', ';' -> throw new Misfit(start, "an address without domain");
            default -> throw new Misfit(at, "a character that fits nowhere");
        }
    }

    /// An address without brackets; or, since many programs write `a@x <a@x>`, the unquoted name of
    /// the same address in brackets. No reader takes it for another; of two that differ one may.
    private void bare(Mailbox mailbox) throws Misfit {
        int end = at;
        if (!here('<')) {
            entries.add(new AddressList.Entry("", mailbox));
            return;
        }
        if (!angle().equals(mailbox)) {
            throw new Misfit(end, "another address after an address");
        }
        entries.add(new AddressList.Entry(mailbox.toString(), mailbox));
    }

    private void endOfAddress() throws Misfit {
        skipCfws();
        if (at < text.length() && text.charAt(at) != ',' && !(group && text.charAt(at) == ';')) {
            throw new Misfit(at, "something after an address");
        }
    }

    /// Atoms, quoted strings and dots as they come, up to what decides what they are.
    private void readWords(Words words) throws Misfit {
        while (at < text.length()) {
            boolean space = skipCfws();
            if (at == text.length()) {
                return;
            }
            char c = text.charAt(at);
            if (c == '"') {
                words.word(quoted(), space);
            } else if (c == '.') {
                at++;
                words.dot(space);
            } else if (c == '[' || c == ']') {
                // No RFC has them unquoted in a name, "[Alerts] Host <a@example.com>", but many
                // programs do, and no reader takes them for a part of the address.
                at++;
                words.bracket(c, space);
            } else if (Mailbox.isAtext(c)) {
                words.word(atom(), space);
            } else {
                return;
            }
        }
    }

    /// What stands before `<`, `@` or `:`, kept so that it can be read as a phrase or a local part.
    private static final class Words {
        private final StringBuilder phrase = new StringBuilder();
        private final StringBuilder local = new StringBuilder();
        private boolean wordExpected = true;
        private boolean localFits = true;
        private boolean any;

        void word(String word, boolean space) {
            join(word, space || (any && !joinsNext()));
            // RFC 5322 §4.4 obs-local-part: words with dots between them.
            localFits &= wordExpected && goodText(word);
            local.append(word);
            wordExpected = false;
        }

        void dot(boolean space) {
            join(".", space);
            localFits &= !wordExpected;
            local.append('.');
            wordExpected = true;
        }

        void bracket(char c, boolean space) {
            join(String.valueOf(c), space);
            localFits = false;
        }

        private boolean joinsNext() {
            char last = phrase.isEmpty() ? ' ' : phrase.charAt(phrase.length() - 1);
            return last == '.' || last == '[';
        }

        private void join(String more, boolean space) {
            if (space && any) {
                phrase.append(' ');
            }
            phrase.append(more);
            any = true;
        }

        boolean isEmpty() {
            return !any;
        }

        String phrase() {
            return phrase.toString();
        }

        @Nullable String localPart() {
            return localFits && !wordExpected && !local.isEmpty() ? local.toString() : null;
        }
    }

    private Mailbox angle() throws Misfit {
        int open = at++;
        skipCfws();
        if (here('@')) {
            route();
        }
        var words = new Words();
        readWords(words);
        var local = words.localPart();
        if (!here('@')) {
            throw new Misfit(at, here('>') ? "an address without domain" : "no address in <>");
        }
        if (local == null) {
            throw new Misfit(open, "a local part that is none");
        }
        at++;
        var host = host();
        skipCfws();
        if (!here('>')) {
            throw new Misfit(at, "\"<\" without \">\"");
        }
        at++;
        return new Mailbox(local, host);
    }

    /// RFC 5322 §4.4 obs-route: dropped.
    private void route() throws Misfit {
        while (true) {
            skipCfws();
            if (here(',')) {
                at++;
            } else if (here('@')) {
                at++;
                host();
            } else if (here(':')) {
                at++;
                return;
            } else {
                throw new Misfit(at, "a route without \":\"");
            }
        }
    }

    private Host host() throws Misfit {
        skipCfws();
        int start = at;
        if (here('[')) {
            int close = text.indexOf(']', at);
            var literal =
                    close < 0
                            ? Optional.<AddressLiteral>empty()
                            : AddressLiteral.parse(text.substring(at, close + 1));
            if (literal.isEmpty()) {
                throw new Misfit(at, "a domain literal that is no IP address");
            }
            at = close + 1;
            return literal.get();
        }
        var name = new StringBuilder();
        // RFC 5322 §4.4 obs-domain: white space and comments around the dots.
        while (at < text.length()) {
            if (Mailbox.isAtext(text.charAt(at))) {
                name.append(atom());
            } else {
                throw new Misfit(at, "not a domain name");
            }
            int afterAtom = at;
            skipCfws();
            if (!here('.')) {
                at = afterAtom;
                break;
            }
            at++;
            name.append('.');
            skipCfws();
        }
        var domain = Domain.parse(name.toString());
        if (domain.isEmpty()) {
            throw new Misfit(start, "not a domain name");
        }
        return domain.get();
    }

    private String atom() {
        int start = at;
        while (at < text.length() && Mailbox.isAtext(text.charAt(at))) {
            at++;
        }
        return text.substring(start, at);
    }

    private String quoted() throws Misfit {
        int open = at++;
        var inside = new StringBuilder();
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == '"') {
                return inside.toString();
            }
            if (c == '\\' && at < text.length()) {
                c = text.charAt(at++);
            }
            // RFC 5322 §3.2.4: the CRLF of a fold is not part of the string.
            if (c == '\r' || c == '\n') {
                continue;
            }
            if (c == 0) {
                throw new Misfit(at - 1, "an octet 0");
            }
            inside.append(c);
        }
        throw new Misfit(open, "a quoted string without end");
    }

    /// Skips white space, folds and comments; says whether there were any.
    private boolean skipCfws() throws Misfit {
        int start = at;
        int depth = 0;
        for (; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '(') {
                depth++;
            } else if (depth > 0) {
                if (c == ')') {
                    depth--;
                } else if (c == '\\') {
                    at++;
                }
            } else if (c != ' ' && c != '\t' && c != '\r' && c != '\n') {
                break;
            }
        }
        at = Math.min(at, text.length());
        if (depth > 0) {
            throw new Misfit(start, "a comment without end");
        }
        return at > start;
    }

    /// U+FFFD is what malformed UTF-8 became; a local part has no controls.
    private static boolean goodText(String word) {
        for (int i = 0; i < word.length(); i++) {
            char c = word.charAt(i);
            if (c == '\uFFFD' || c < ' ' || (c > 126 && c < '\u00A0')) {
                return false;
            }
        }
        return true;
    }

    private boolean here(char c) {
        return at < text.length() && text.charAt(at) == c;
    }
}
