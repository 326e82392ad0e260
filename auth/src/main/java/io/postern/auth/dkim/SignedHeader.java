package io.postern.auth.dkim;

import io.postern.mail.HeaderField;
import io.postern.mail.HeaderFields;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// The header section of a message being verified: finds what `h=` names, and canonicalizes each
/// field once however many signatures cover it. Confined to one thread.
public final class SignedHeader {
    /// Octets that all signatures of a message cover together: those of the longest header section
    /// that is usually taken, or of an ordinary one as many times as signatures are looked at. A
    /// thousand long fields in each of eight signatures would cost more than ten messages.
    static final int MOST = 256 * 1024;

    private final Map<String, List<HeaderField>> byName = new HashMap<>();
    private final IdentityHashMap<HeaderField, String> relaxed = new IdentityHashMap<>();
    private int left = MOST;

    public SignedHeader(HeaderFields header) {
        for (var field : header.fields()) {
            byName.computeIfAbsent(field.name().toLowerCase(Locale.ROOT), _ -> new ArrayList<>(1))
                    .add(field);
        }
    }

    /// The fields that `h=` names, canonicalized, in the order in which they are hashed; empty when
    /// they are more than [#MOST] octets with those selected before.
    ///
    /// @param own the signature's own field, which was not there when it was made: never among them
    public Optional<List<String>> select(
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
                var field = instances.get(index);
                left -= field.raw().length();
                if (left < 0) {
                    return Optional.empty();
                }
                selected.add(canonical(field, canonicalization));
            }
        }
        return Optional.of(selected);
    }

    private String canonical(HeaderField field, Canonicalization canonicalization) {
        return switch (canonicalization) {
            case SIMPLE -> Canonicalization.SIMPLE.header(field);
            case RELAXED -> relaxed.computeIfAbsent(field, Canonicalization.RELAXED::header);
        };
    }
}
