package io.postern.auth.dkim;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// What key records came to that were read of late: who writes often has his key decoded once, and
/// not for each message. By the text of the record, of which it is all that is kept, so that none
/// is ever out of date. Safe for many threads.
final class RecentKeys {
    /// What a record came to.
    ///
    /// @param decoded of a key that is not revoked
    record Recent(KeyRecord.Parsed parsed, PublicKeys.Decoded decoded) {}

    private record Text(String record, int maxRsaBits) {}

    /// At most: each is a few kilobytes with its text.
    private static final int MOST = 256;

    /// Room for a key of 8192 bits, and for notes.
    private static final int LONGEST = 2_000;

    private static final PublicKeys.Decoded NONE = new PublicKeys.Decoded.Bad("no key");

    private static final Map<Text, Recent> RECENT = new ConcurrentHashMap<>();

    private RecentKeys() {}

    /// Reads the record, or remembers it.
    ///
    /// @param maxRsaBits longer keys are not even decoded
    static Recent read(String record, int maxRsaBits) {
        if (record.length() > LONGEST) {
            return decode(record, maxRsaBits);
        }
        var text = new Text(record, maxRsaBits);
        var known = RECENT.get(text);
        if (known != null) {
            return known;
        }
        var recent = decode(record, maxRsaBits);
        // All at once, and not the oldest: it costs a few decodings, and nobody waits for a lock.
        if (RECENT.size() >= MOST) {
            RECENT.clear();
        }
        RECENT.put(text, recent);
        return recent;
    }

    private static Recent decode(String record, int maxRsaBits) {
        var parsed = KeyRecord.parse(record);
        return new Recent(
                parsed,
                parsed instanceof KeyRecord.Parsed.Ok(var key) && !key.isRevoked()
                        ? PublicKeys.decode(key, maxRsaBits)
                        : NONE);
    }
}
