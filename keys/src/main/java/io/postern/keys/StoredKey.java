package io.postern.keys;

import io.postern.mail.Domain;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// A DKIM key as it is kept: lines of `name=value`, the private half wrapped, the rest readable by
/// an operator.
///
/// @param wrapped base64 of what [KeyWrap] made
record StoredKey(DkimKey key, String wrapped) {
    private static final String FIRST_LINE = "postern-dkim-key 1";

    /// The value's name in the store.
    static String name(Domain domain, String selector) {
        return domain.name() + "/" + selector;
    }

    String name() {
        return name(key.domain(), key.selector());
    }

    /// What the wrapped half is bound to: nothing of it can be changed without the start secret.
    static String binding(DkimKey key) {
        return String.join(
                "/",
                key.domain().name(),
                key.selector(),
                key.type().tag(),
                Integer.toString(key.bits()),
                key.createdAt().toString(),
                key.publicKey());
    }

    byte[] encode() {
        var lines = new ArrayList<String>();
        lines.add(FIRST_LINE);
        lines.add("domain=" + key.domain().name());
        lines.add("selector=" + key.selector());
        lines.add("type=" + key.type().tag());
        lines.add("bits=" + key.bits());
        lines.add("created=" + key.createdAt());
        lines.add("public=" + key.publicKey());
        lines.add("private=" + wrapped);
        for (var change : key.history()) {
            lines.add(
                    "state=%s %s %s"
                            .formatted(
                                    change.state().word(),
                                    change.at(),
                                    change.cause().replaceAll("\\p{Cntrl}", " ")));
        }
        return (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    byte[] wrappedOctets() {
        return Base64.getDecoder().decode(wrapped);
    }

    /// Empty when the value is damaged, or from a version that this one does not know.
    static Optional<StoredKey> decode(byte[] value) {
        var lines = new String(value, StandardCharsets.UTF_8).lines().toList();
        if (lines.isEmpty() || !lines.getFirst().equals(FIRST_LINE)) {
            return Optional.empty();
        }
        var fields = new HashMap<String, String>();
        var history = new ArrayList<DkimKey.StateChange>();
        try {
            for (var line : lines.subList(1, lines.size())) {
                int equals = line.indexOf('=');
                var name = line.substring(0, equals);
                var text = line.substring(equals + 1);
                if (name.equals("state")) {
                    history.add(change(text));
                } else {
                    fields.put(name, text);
                }
            }
            var key = key(fields, history);
            var stored = new StoredKey(key, field(fields, "private"));
            return stored.wrappedOctets().length > 0 && !history.isEmpty()
                    ? Optional.of(stored)
                    : Optional.empty();
        } catch (IllegalArgumentException | IndexOutOfBoundsException | DateTimeException e) {
            return Optional.empty();
        }
    }

    private static DkimKey key(HashMap<String, String> fields, List<DkimKey.StateChange> history) {
        return new DkimKey(
                Domain.of(field(fields, "domain")),
                field(fields, "selector"),
                KeyType.valueOf(field(fields, "type").toUpperCase(Locale.ROOT)),
                Integer.parseInt(field(fields, "bits")),
                field(fields, "public"),
                Instant.parse(field(fields, "created")),
                history);
    }

    private static String field(HashMap<String, String> fields, String name) {
        var text = fields.get(name);
        if (text == null) {
            throw new IllegalArgumentException("no field " + name);
        }
        return text;
    }

    private static DkimKey.StateChange change(String text) {
        var parts = text.split(" ", 3);
        return new DkimKey.StateChange(
                DkimKey.State.valueOf(parts[0].toUpperCase(Locale.ROOT)),
                Instant.parse(parts[1]),
                parts[2]);
    }
}
