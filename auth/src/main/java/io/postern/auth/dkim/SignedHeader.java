package io.postern.auth.dkim;

import io.postern.mail.HeaderField;
import io.postern.mail.HeaderFields;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The header section of a message being verified: finds what `h=` names, and canonicalizes each
/// field once however many signatures cover it. Confined to one thread.
public final class SignedHeader {
    private final Map<String, List<HeaderField>> byName = new HashMap<>();
    private final IdentityHashMap<HeaderField, String> relaxed = new IdentityHashMap<>();

    public SignedHeader(HeaderFields header) {
        for (var field : header.fields()) {
            byName.computeIfAbsent(field.name().toLowerCase(Locale.ROOT), _ -> new ArrayList<>(1))
                    .add(field);
        }
    }

    /// The fields that `h=` names, canonicalized, in the order in which they are hashed.
    ///
    /// @param own the signature's own field, which was not there when it was made: never among them
    public List<String> select(
            List<String> names, Canonicalization canonicalization, HeaderField own) {
        var ownName = own.name().toLowerCase(Locale.ROOT);
        // Once, not at each name: a stranger may write a thousand of both.
        var others =
                byName.getOrDefault(ownName, List.of()).stream()
                        .filter(field -> !field.equals(own))
                        .toList();
        var used = new HashMap<String, Integer>();
        var selected = new ArrayList<String>();
        for (var name : names) {
            var key = name.toLowerCase(Locale.ROOT);
            var instances = key.equals(ownName) ? others : byName.getOrDefault(key, List.of());
            // RFC 6376 §5.4.2: the last instance first; a name without a field adds nothing.
            int index = instances.size() - used.merge(key, 1, Integer::sum);
            if (index >= 0) {
                selected.add(canonical(instances.get(index), canonicalization));
            }
        }
        return selected;
    }

    private String canonical(HeaderField field, Canonicalization canonicalization) {
        return switch (canonicalization) {
            case SIMPLE -> Canonicalization.SIMPLE.header(field);
            case RELAXED -> relaxed.computeIfAbsent(field, Canonicalization.RELAXED::header);
        };
    }
}
