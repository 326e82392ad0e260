package io.postern.gateway.seen;

import io.postern.mail.HeaderField;
import io.postern.mail.HeaderFields;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/// The header fields that are kept of a message, whole or not at all.
///
/// @param fields raw, in their order; octets as the characters U+0000 to U+00FF
/// @param left names, in lower case, of those kept else that were too long here
public record SeenHeader(List<String> fields, List<String> left) {
    /// The most important first: when they are too long together, the last are left out.
    private static final List<String> KEPT =
            List.of(
                    "from",
                    "sender",
                    "reply-to",
                    "subject",
                    "message-id",
                    "list-id",
                    "content-type",
                    "x-mailer",
                    "to");

    private static final int MOST_OCTETS = 8 * 1024;

    public SeenHeader {
        fields = List.copyOf(fields);
        left = List.copyOf(left);
    }

    static SeenHeader of(HeaderFields header) {
        Set<HeaderField> taken = Collections.newSetFromMap(new IdentityHashMap<>());
        var left = new TreeSet<String>();
        int octets = 0;
        for (var name : KEPT) {
            for (var field : header.all(name)) {
                if (octets + field.raw().length() <= MOST_OCTETS) {
                    octets += field.raw().length();
                    taken.add(field);
                } else {
                    left.add(name);
                }
            }
        }
        var fields = new ArrayList<String>();
        for (var field : header.fields()) {
            if (taken.contains(field)) {
                fields.add(field.raw());
            }
        }
        return new SeenHeader(fields, List.copyOf(left));
    }

    /// Whether all fields of that name are here that the message had.
    ///
    /// @param name in any case
    public boolean has(String name) {
        var lower = name.toLowerCase(Locale.ROOT);
        return KEPT.contains(lower) && !left.contains(lower);
    }

    /// The fields.
    public HeaderFields header() {
        return new HeaderFields(fields.stream().map(SeenHeader::field).toList());
    }

    private static HeaderField field(String raw) {
        int colon = raw.indexOf(':');
        return new HeaderField(raw.substring(0, Math.max(colon, 0)).stripTrailing(), raw);
    }
}
