package io.postern.gateway.rules;

import java.util.AbstractMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/// Header fields of which only some were kept: tells when another is asked for.
final class KeptFields extends AbstractMap<String, List<String>> {
    private final Map<String, List<String>> fields;
    private final Predicate<String> kept;
    private final Consumer<String> missing;

    /// @param missing told the name of a field that was not kept
    KeptFields(Map<String, List<String>> fields, Predicate<String> kept, Consumer<String> missing) {
        this.fields = fields;
        this.kept = kept;
        this.missing = missing;
    }

    private void look(Object name) {
        var text = String.valueOf(name);
        if (!kept.test(text)) {
            missing.accept(text);
        }
    }

    @Override
    public boolean containsKey(Object name) {
        look(name);
        return fields.containsKey(name);
    }

    @Override
    public @org.jspecify.annotations.Nullable List<String> get(Object name) {
        look(name);
        return fields.get(name);
    }

    @Override
    public Set<Entry<String, List<String>>> entrySet() {
        // CEL goes through them whatever a condition asks for: Condition.wholeHeader tells.
        return fields.entrySet();
    }
}
