package io.postern.mail;

import java.util.List;

/// The header section of a message: its fields in order, top first. RFC 5322 §2.2.
///
/// Immutable. Printing gives the octets that were parsed.
public final class HeaderFields {
    private final List<HeaderField> fields;

    public HeaderFields(List<HeaderField> fields) {
        this.fields = List.copyOf(fields);
    }

    /// All fields, top first.
    public List<HeaderField> fields() {
        return fields;
    }

    /// The fields of that name (compared without case), top first; empty when there is none.
    public List<HeaderField> all(String name) {
        return fields.stream().filter(field -> field.name().equalsIgnoreCase(name)).toList();
    }
}
