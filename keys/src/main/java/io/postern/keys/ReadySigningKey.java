package io.postern.keys;

import java.security.PrivateKey;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A key that messages are signed with. Any number of threads may sign with it at once.
public final class ReadySigningKey {
    private final DkimKey key;
    private final Supplier<PrivateKey> opener;
    private volatile @Nullable PrivateKey decoded;

    ReadySigningKey(DkimKey key, Supplier<PrivateKey> opener) {
        this.key = key;
        this.opener = opener;
    }

    public DkimKey key() {
        return key;
    }

    /// Decoded by the provider that signs with it: when it is first asked for, because of ten
    /// thousand domains most write nothing today.
    public PrivateKey privateKey() {
        var ready = decoded;
        if (ready == null) {
            // Twice by two threads at worst, to the same key.
            ready = opener.get();
            decoded = ready;
        }
        return ready;
    }

    /// The same private half for a later state of the key.
    ReadySigningKey as(DkimKey later) {
        return new ReadySigningKey(later, this::privateKey);
    }

    /// Without the private half.
    @Override
    public String toString() {
        return "ReadySigningKey[" + key.recordName() + "]";
    }
}
