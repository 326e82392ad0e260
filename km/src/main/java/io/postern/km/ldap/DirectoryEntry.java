package io.postern.km.ldap;

import com.unboundid.ldap.sdk.Attribute;
import com.unboundid.ldap.sdk.DN;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/// An entry, whose long values are made when they are asked for.
final class DirectoryEntry {
    private final DN dn;
    private final Map<String, Values> types = new LinkedHashMap<>();

    /// @param shown whether who asks for all gets it
    private record Values(String name, List<String> texts, Octets octets, boolean shown) {}

    /// Makes values.
    private interface Octets extends Supplier<List<byte[]>> {}

    DirectoryEntry(DN dn) {
        this.dn = dn;
    }

    DN dn() {
        return dn;
    }

    DirectoryEntry with(String type, String... values) {
        types.put(Types.lower(type), new Values(type, List.of(values), List::of, true));
        return this;
    }

    /// With values of octets. RFC 4523 §2: transferred as `;binary`.
    ///
    /// @param shown whether who asks for all attributes gets them
    DirectoryEntry withOctets(String type, boolean shown, Supplier<List<byte[]>> values) {
        types.put(Types.lower(type), new Values(type + ";binary", List.of(), values::get, shown));
        return this;
    }

    boolean has(String type) {
        return types.containsKey(type);
    }

    /// The texts of that type; empty for none, and for octets.
    List<String> texts(String type) {
        var found = types.get(type);
        return found == null ? List.of() : found.texts;
    }

    /// What a client asked for. RFC 4511 §4.5.1.8.
    ///
    /// @param asked descriptions; none, or `*`, for all
    /// @param whole whether all is really all, and not just what is of a usual size
    List<Attribute> attributes(List<String> asked, boolean typesOnly, boolean whole) {
        var found = new ArrayList<Attribute>();
        boolean all = asked.isEmpty() || asked.contains("*");
        var named = asked.stream().map(Types::of).flatMap(Optional::stream).toList();
        types.forEach((type, values) -> {
            if (named.contains(type) || (all && (values.shown || whole))) {
                found.add(typesOnly ? new Attribute(values.name) : attribute(values));
            }
        });
        return found;
    }

    private static Attribute attribute(Values values) {
        return values.texts.isEmpty()
                ? new Attribute(values.name, values.octets.get().toArray(byte[][]::new))
                : new Attribute(values.name, values.texts);
    }
}
