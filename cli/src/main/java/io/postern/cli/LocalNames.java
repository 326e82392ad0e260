package io.postern.cli;

import io.postern.mail.AddressList;
import io.postern.mail.Domain;
import io.postern.mail.HeaderField;
import io.postern.mail.HeaderFields;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// Gives names of this machine's users a domain, as every sendmail does: cron writes `From: root
/// (Cron Daemon)` and `To: root`. RFC 6409 §8 allows it where the name is known to be one of ours.
///
/// @param domain what comes after the `@`
record LocalNames(Domain domain) {
    /// A local part alone, with a comment or in brackets after a name.
    private static final Pattern ALONE =
            Pattern.compile("\\s*([\\w.!#$%&'*+/=?^`{|}~-]+)\\s*(\\([^()]*\\))?\\s*");

    private static final Pattern IN_BRACKETS =
            Pattern.compile("\\s*([^<>@,]*)<\\s*([\\w.!#$%&'*+/=?^`{|}~-]+)\\s*>\\s*");

    private static final Set<String> FIELDS = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);

    static {
        FIELDS.addAll(List.of("From", "Sender", "Reply-To", "To", "Cc", "Bcc"));
    }

    /// The address as given, or with the domain when it has none.
    String complete(String address) {
        return address.isEmpty() || address.indexOf('@') >= 0 ? address : address + "@" + domain;
    }

    /// The header section with local names completed; fields that can be read, and those that still
    /// can't, are untouched.
    HeaderFields complete(HeaderFields header) {
        var fields = new ArrayList<HeaderField>();
        for (var field : header.fields()) {
            fields.add(FIELDS.contains(field.name()) ? complete(field) : field);
        }
        return new HeaderFields(fields);
    }

    private HeaderField complete(HeaderField field) {
        if (AddressList.parse(field) instanceof AddressList.Parsed.Ok) {
            return field;
        }
        var body =
                new String(
                                field.rawBody().getBytes(StandardCharsets.ISO_8859_1),
                                StandardCharsets.UTF_8)
                        .replace("\r\n", "")
                        .strip();
        var completed = new ArrayList<String>();
        for (var part : body.split(",", -1)) {
            completed.add(" " + completePart(part));
        }
        var text = String.join(",", completed);
        if (!(AddressList.parse(text) instanceof AddressList.Parsed.Ok)) {
            return field;
        }
        var raw = field.name() + ":" + text + "\r\n";
        return new HeaderField(
                field.name(),
                new String(raw.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
    }

    private String completePart(String part) {
        var alone = ALONE.matcher(part);
        if (alone.matches()) {
            return complete(alone.group(1)) + (alone.group(2) == null ? "" : " " + alone.group(2));
        }
        var brackets = IN_BRACKETS.matcher(part);
        return brackets.matches()
                ? brackets.group(1) + "<" + complete(brackets.group(2)) + ">"
                : part.strip();
    }
}
