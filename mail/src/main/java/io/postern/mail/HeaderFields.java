package io.postern.mail;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The header section of a message: its fields in order, top first. RFC 5322 §2.2.
///
/// Immutable. Printing gives the octets that were parsed.
public final class HeaderFields {
    /// No field at all.
    public static final HeaderFields EMPTY = new HeaderFields(List.of());

    private final List<HeaderField> fields;

    public HeaderFields(List<HeaderField> fields) {
        this.fields = List.copyOf(fields);
    }

    /// The fields of a header section, without the empty line that ends it. A last line without
    /// CRLF is taken as if it had one.
    public static HeaderParse parse(byte[] section, HeaderLimits limits) {
        return HeaderParser.parse(section, 0, section.length, limits);
    }

    /// All fields, top first.
    public List<HeaderField> fields() {
        return fields;
    }

    /// The fields of that name (compared without case), top first; empty when there is none.
    public List<HeaderField> all(String name) {
        var found = new ArrayList<HeaderField>();
        for (var field : fields) {
            if (field.name().equalsIgnoreCase(name)) {
                found.add(field);
            }
        }
        return found;
    }

    /// The topmost field of that name (compared without case).
    public Optional<HeaderField> first(String name) {
        for (var field : fields) {
            if (field.name().equalsIgnoreCase(name)) {
                return Optional.of(field);
            }
        }
        return Optional.empty();
    }

    /// Whether there is a field of that name (compared without case).
    public boolean has(String name) {
        return first(name).isPresent();
    }

    /// The same section with these fields above it, in their order.
    public HeaderFields prepended(List<HeaderField> above) {
        var all = new ArrayList<HeaderField>(above.size() + fields.size());
        all.addAll(above);
        all.addAll(fields);
        return new HeaderFields(all);
    }

    /// The same section with this field above it.
    public HeaderFields prepended(HeaderField above) {
        return prepended(List.of(above));
    }

    /// The same section with this field below it.
    public HeaderFields appended(HeaderField below) {
        var all = new ArrayList<HeaderField>(fields.size() + 1);
        all.addAll(fields);
        all.add(below);
        return new HeaderFields(all);
    }

    /// The same section without the fields of that name (compared without case).
    public HeaderFields without(String name) {
        if (!has(name)) {
            return this;
        }
        return new HeaderFields(
                fields.stream().filter(field -> !field.name().equalsIgnoreCase(name)).toList());
    }

    /// Octets of the section, without the empty line.
    public int size() {
        int size = 0;
        for (var field : fields) {
            size += field.raw().length();
        }
        return size;
    }

    /// The octets of the section, without the empty line.
    public byte[] toBytes() {
        var octets = new byte[size()];
        copyTo(octets);
        return octets;
    }

    /// Writes the section and the empty line that ends it.
    public void writeTo(OutputStream out) throws IOException {
        int size = size();
        var octets = new byte[size + 2];
        copyTo(octets);
        octets[size] = '\r';
        octets[size + 1] = '\n';
        out.write(octets);
    }

    // The deprecated method copies the low octet of each character without an array between, and
    // low octets are all that a raw field has.
    @SuppressWarnings("deprecation")
    private void copyTo(byte[] target) {
        int at = 0;
        for (var field : fields) {
            var raw = field.raw();
            raw.getBytes(0, raw.length(), target, at);
            at += raw.length();
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof HeaderFields that && fields.equals(that.fields);
    }

    @Override
    public int hashCode() {
        return fields.hashCode();
    }

    @Override
    public String toString() {
        return new String(toBytes(), ISO_8859_1);
    }
}
