package io.postern.store;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/// One entry of a [StateStore]. Immutable.
public final class StateEntry {
    /// Characters of a key.
    public static final int MAX_KEY = 1_000;

    /// Octets of a value.
    public static final int MAX_VALUE = 64 << 10;

    private final String key;
    private final byte[] value;
    private final Optional<Instant> expires;

    /// @param key 1 to [#MAX_KEY] characters
    /// @param value up to [#MAX_VALUE] octets; copied
    /// @param expires when it may be deleted; empty for never by itself
    /// @throws IllegalArgumentException when key or value is out of bounds
    public StateEntry(String key, byte[] value, Optional<Instant> expires) {
        if (key.isEmpty() || key.length() > MAX_KEY) {
            throw new IllegalArgumentException("a key of " + key.length() + " characters");
        }
        if (value.length > MAX_VALUE) {
            throw new IllegalArgumentException("a value of " + value.length + " octets");
        }
        this.key = key;
        this.value = value.clone();
        this.expires = expires;
    }

    /// The same with a text as value, in UTF-8.
    public static StateEntry ofText(String key, String value, Optional<Instant> expires) {
        return new StateEntry(key, value.getBytes(StandardCharsets.UTF_8), expires);
    }

    public String key() {
        return key;
    }

    /// A copy.
    public byte[] value() {
        return value.clone();
    }

    /// The value as text in UTF-8.
    public String text() {
        return new String(value, StandardCharsets.UTF_8);
    }

    public Optional<Instant> expires() {
        return expires;
    }

    /// Whether it counts no more at that time.
    public boolean expired(Instant now) {
        return expires.isPresent() && !expires.get().isAfter(now);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof StateEntry that
                && key.equals(that.key)
                && Arrays.equals(value, that.value)
                && expires.equals(that.expires);
    }

    @Override
    public int hashCode() {
        return key.hashCode();
    }

    @Override
    public String toString() {
        return key + " (" + value.length + " octets)";
    }
}
