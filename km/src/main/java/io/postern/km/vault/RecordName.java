package io.postern.km.vault;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// What a sealed record is; it opens under no other name.
///
/// @param type its class, such as `ca-key`: each has a key of its own
/// @param id unique among those of its type
/// @param subject whose it is, such as an address; may be empty
/// @param version counts the contents it has had
/// @param epoch of the key that it is sealed under
public record RecordName(String type, String id, String subject, int version, int epoch) {
    /// The first version under the first key.
    public static RecordName first(String type, String id, String subject) {
        return new RecordName(type, id, subject, 1, 1);
    }

    /// With lengths, so that no two names have the same octets.
    byte[] octets() {
        var parts =
                List.of(type, id, subject).stream()
                        .map(part -> part.getBytes(StandardCharsets.UTF_8))
                        .toList();
        int length = 8 + parts.stream().mapToInt(part -> 4 + part.length).sum();
        var buffer = ByteBuffer.allocate(length);
        parts.forEach(part -> buffer.putInt(part.length).put(part));
        return buffer.putInt(version).putInt(epoch).array();
    }
}
