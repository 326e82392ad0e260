package io.postern.keys;

import io.postern.mail.Domain;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
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
    String name() {
        var first = key.domain().name() + "/" + key.selector();
        return key.generation() == 1 ? first : first + "/" + key.generation();
    }

    /// What the wrapped half is bound to: nothing of it can be changed without the start secret.
    static String binding(DkimKey key) {
        return String.join(
                "/",
                key.domain().name(),
                key.generation() == 1 ? key.selector() : key.selector() + "#" + key.generation(),
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
        lines.add("generation=" + key.generation());
        lines.add("type=" + key.type().tag());
        lines.add("bits=" + key.bits());
        lines.add("created=" + key.createdAt());
        lines.add("public=" + key.publicKey());
        lines.add("private=" + wrapped);
        lines.add("without-dns=" + key.withoutDns());
        lines.add("compromised=" + key.compromised());
        key.sight().lookedAt().ifPresent(at -> lines.add("looked=" + at));
        key.sight().seenAt().ifPresent(at -> lines.add("seen=" + at));
        key.sight().seenSince().ifPresent(at -> lines.add("seen-since=" + at));
        lines.add("wait=" + key.sight().earlier().toSeconds());
        lines.add("sight=" + key.sight().words().replaceAll("\\p{Cntrl}", " "));
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
                Integer.parseInt(fields.getOrDefault("generation", "1")),
                KeyType.valueOf(field(fields, "type").toUpperCase(Locale.ROOT)),
                Integer.parseInt(field(fields, "bits")),
                field(fields, "public"),
                Times.parse(field(fields, "created")),
                history,
                // Keys of before their life was watched signed without a look.
                Boolean.parseBoolean(fields.getOrDefault("without-dns", "true")),
                Boolean.parseBoolean(fields.getOrDefault("compromised", "false")),
                new Sight(
                        time(fields, "looked"),
                        time(fields, "seen"),
                        time(fields, "seen-since"),
                        Duration.ofSeconds(Long.parseLong(fields.getOrDefault("wait", "0"))),
                        fields.getOrDefault("sight", "")));
    }

    private static Optional<Instant> time(HashMap<String, String> fields, String name) {
        return Optional.ofNullable(fields.get(name)).map(Times::parse);
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
                Times.parse(parts[1]),
                parts[2]);
    }
}
