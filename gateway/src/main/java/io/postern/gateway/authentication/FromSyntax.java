package io.postern.gateway.authentication;

import io.postern.mail.AddressList;
import io.postern.mail.HeaderField;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// Forms of the From field that the grammar allows and mail programs read in different ways.
final class FromSyntax {
    /// RFC 5322 §4.4 obs-route, of which a name may be empty.
    private static final Pattern ROUTE = Pattern.compile("<\\s*+[@,]");

    /// The field without what is in quotes and comments: quotes alone, and a blank.
    private final StringBuilder plain = new StringBuilder();

    private final List<String> comments = new ArrayList<>();

    private FromSyntax(HeaderField field) {
        var text =
                new String(
                        field.rawBody().getBytes(StandardCharsets.ISO_8859_1),
                        StandardCharsets.UTF_8);
        var comment = new StringBuilder();
        int depth = 0;
        boolean quoted = false;
        for (int at = 0; at < text.length(); at++) {
            char c = text.charAt(at);
            boolean pair = c == '\\' && at + 1 < text.length();
            if (pair) {
                at++;
                c = text.charAt(at);
            }
            if (depth > 0) {
                depth += pair ? 0 : c == '(' ? 1 : c == ')' ? -1 : 0;
                comment.append(c);
                if (depth == 0) {
                    comments.add(comment.substring(0, comment.length() - 1));
                    comment.setLength(0);
                }
            } else if (!pair && c == '"') {
                quoted = !quoted;
                plain.append(c);
            } else if (!quoted && !pair && c == '(') {
                depth = 1;
                plain.append(' ');
            } else if (!quoted) {
                plain.append(c);
            }
        }
    }

    /// What stands in parentheses, in order. Some programs show it as the author's name, as was the
    /// custom before there were display names.
    ///
    /// @param field one that is an address list
    static List<String> comments(HeaderField field) {
        return new FromSyntax(field).comments;
    }

    /// Why two readers could see two authors in a field that has one by the grammar; empty when
    /// there is no such reason.
    ///
    /// @param authors as the grammar has them, of one domain
    static Optional<String> ambiguity(HeaderField field, List<AddressList.Entry> authors) {
        var plain = new FromSyntax(field).plain;
        if (authors.size() > 1) {
            return Optional.of("the From field has " + authors.size() + " addresses");
        }
        if (ROUTE.matcher(plain).find()) {
            // Some programs show the first domain, some the last.
            return Optional.of("the From field has a source route");
        }
        if (plain.indexOf(":") >= 0) {
            // RFC 6854 has it for mail without an author: programs show its name, or nothing.
            return Optional.of("the From field has a group");
        }
        for (var author : authors) {
            var localPart = author.mailbox().localPart();
            // RFC 2047 §5: no encoded word in an address; a program that decodes one shows another,
            // also one in a charset that is not known here.
            if (localPart.contains("=?")) {
                return Optional.of("the address in the From field has an encoded word");
            }
            if (Normalizer.normalize(localPart, Normalizer.Form.NFKC).indexOf('@') >= 0) {
                return Optional.of("the address in the From field holds a second @");
            }
        }
        return Optional.empty();
    }
}
