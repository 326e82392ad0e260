package io.postern.auth.dkim;

import io.postern.mail.HeaderField;
import io.postern.mail.HeaderFields;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The header fields that a signer covers. RFC 6376 §5.4.
///
/// @param names for `h=`
/// @param canonical the fields, canonicalized and joined; octets as characters
public record FieldSelection(List<String> names, String canonical) {
    public FieldSelection {
        names = List.copyOf(names);
    }

    /// What is to be covered of this header section.
    public static FieldSelection of(
            HeaderFields header, SignedFields fields, Canonicalization canonicalization) {
        var byName = new HashMap<String, List<HeaderField>>();
        for (var field : header.fields()) {
            byName.computeIfAbsent(field.name().toLowerCase(Locale.ROOT), _ -> new ArrayList<>(1))
                    .add(field);
        }
        var names = new ArrayList<String>();
        var canonical = new StringBuilder(2048);
        for (var name : fields.oversigned()) {
            add(name, byName, canonicalization, names, canonical);
            // RFC 6376 §5.4.2: one name more than there are fields stands for the absence of
            // another, so a field added later breaks the signature.
            names.add(name);
        }
        for (var name : fields.signed()) {
            add(name, byName, canonicalization, names, canonical);
        }
        return new FieldSelection(names, canonical.toString());
    }

    private static void add(
            String name,
            Map<String, List<HeaderField>> byName,
            Canonicalization canonicalization,
            List<String> names,
            StringBuilder canonical) {
        var instances = byName.getOrDefault(name.toLowerCase(Locale.ROOT), List.of());
        // RFC 6376 §5.4.2: the last instance first.
        for (var field : instances.reversed()) {
            names.add(name);
            canonical.append(canonicalization.header(field));
        }
    }
}
