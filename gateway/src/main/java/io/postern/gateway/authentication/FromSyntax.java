package io.postern.gateway.authentication;

import io.postern.mail.AddressList;
import io.postern.mail.EncodedWords;
import io.postern.mail.HeaderField;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/// Forms of the From field that the grammar allows and mail programs read in different ways.
final class FromSyntax {
    private FromSyntax() {}

    /// Why two readers could see two authors in a field that has one by the grammar; empty when
    /// there is no such reason.
    ///
    /// @param authors as the grammar has them, of one domain
    static Optional<String> ambiguity(HeaderField field, List<AddressList.Entry> authors) {
        var text =
                new String(
                        field.rawBody().getBytes(StandardCharsets.ISO_8859_1),
                        StandardCharsets.UTF_8);
        if (authors.size() > 1) {
            return Optional.of("the From field has " + authors.size() + " addresses");
        }
        if (hasRoute(text)) {
            // RFC 5322 §4.4 obs-route: some programs show the first domain, some the last.
            return Optional.of("the From field has a source route");
        }
        for (var author : authors) {
            // RFC 2047 §5: no encoded word in an address; a program that decodes one shows another.
            var address = author.mailbox().toString();
            if (!EncodedWords.decode(address).equals(address)) {
                return Optional.of("the address in the From field has an encoded word");
            }
            if (author.mailbox().localPart().indexOf('@') >= 0) {
                return Optional.of("the address in the From field holds a second @");
            }
        }
        return Optional.empty();
    }

    /// Whether an angle bracket outside quotes and comments begins with a route: `<@a,@b:c@d>`.
    private static boolean hasRoute(String text) {
        int depth = 0;
        boolean quoted = false;
        for (int at = 0; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '\\') {
                at++;
            } else if (c == '"' && depth == 0) {
                quoted = !quoted;
            } else if (c == '(' && !quoted) {
                depth++;
            } else if (c == ')' && !quoted) {
                depth--;
            } else if (c == '<' && !quoted && depth == 0) {
                int next = at + 1;
                while (next < text.length() && text.charAt(next) <= ' ') {
                    next++;
                }
                if (next < text.length()
                        && (text.charAt(next) == '@' || text.charAt(next) == ',')) {
                    return true;
                }
            }
        }
        return false;
    }
}
