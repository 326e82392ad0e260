package io.postern.cli;

import io.postern.mail.HeaderField;
import io.postern.mail.HeaderFields;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/// The fields that somebody who sends a message again puts above it. RFC 5322 §3.6.6.
final class ResentFields {
    private static final Set<String> TRACE = Set.of("received", "return-path");

    private ResentFields() {}

    /// Those of the latest resending, top first; empty when the message never was resent.
    ///
    /// Each resending puts its own set on top, so the latest ends where a name comes again or where
    /// the trace of an earlier transport begins.
    static List<HeaderField> latest(HeaderFields header) {
        var set = new ArrayList<HeaderField>();
        var names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        for (var field : header.fields()) {
            var name = field.name().toLowerCase(Locale.ROOT);
            if (name.startsWith("resent-")) {
                if (!names.add(name)) {
                    return set;
                }
                set.add(field);
            } else if (!set.isEmpty() && TRACE.contains(name)) {
                return set;
            }
        }
        return set;
    }
}
