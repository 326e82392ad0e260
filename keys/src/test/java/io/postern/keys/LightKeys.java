package io.postern.keys;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/// A test double of where keys are kept and made: thousands of keys in a second, whose public
/// halves are different and otherwise without meaning.
public final class LightKeys {
    /// What is on the disk: outlives every [#open].
    private final Map<String, byte[]> kept = new TreeMap<>();

    private final KeyMaterial material;
    private final RandomGenerator random;
    private Runnable beforeWrite = () -> {};
    private Runnable afterWrite = () -> {};

    public LightKeys(RandomGenerator random) {
        this.random = random;
        try {
            material = KeyMaterial.ed25519(new byte[32]);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /// What runs around each write; it may throw, as a process that dies there.
    public void around(Runnable before, Runnable after) {
        beforeWrite = before;
        afterWrite = after;
    }

    /// The keys as they are on the disk.
    public DkimKeys open(InstantSource clock) {
        return new DkimKeys(
                values(), new StartSecret(new byte[32]), clock, new SecureRandom(), this::make);
    }

    private KeyMaterial make(KeyType type, int bits, SecureRandom secure) {
        var octets = new byte[48];
        random.nextBytes(octets);
        return new KeyMaterial(
                type, bits, Base64.getEncoder().encodeToString(octets), material.privateKey());
    }

    private KeyValues values() {
        return new KeyValues() {
            @Override
            public Map<String, byte[]> all() {
                return Map.copyOf(kept);
            }

            @Override
            public void put(Map<String, byte[]> values) {
                beforeWrite.run();
                kept.putAll(values);
                afterWrite.run();
            }
        };
    }
}
