package io.postern.gateway.recipients;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/// The keyed hash under which addresses are kept: the first 128 bits of SHA-256 over key and
/// address.
///
/// That two addresses of a million share 128 bits has odds of 10^12 / 2^129, below 10^-26, and that
/// an unknown one meets a known one 10^6 / 2^128 each time; so what a table says is taken for the
/// truth. The key is random (for a list in memory, one of this process; for a pushed list, its
/// salt), so nobody can prepare addresses that fill one place of the table. Being cut to half, the
/// hash can't be continued by whoever knows it, as a whole SHA-256 could.
///
/// Whoever has a pushed list and its salt can try addresses, some millions a second: it hides
/// addresses that can't be guessed, and those of a mail server's users mostly can. It is a list
/// that can't be read, not one that can't be asked.
final class AddressDigest {
    static final int KEY_OCTETS = 32;

    private final byte[] key;

    AddressDigest(byte[] key) {
        if (key.length != KEY_OCTETS) {
            throw new IllegalArgumentException("a key of " + key.length + " octets");
        }
        this.key = key.clone();
    }

    static AddressDigest random(RandomGenerator random) {
        var key = new byte[KEY_OCTETS];
        random.nextBytes(key);
        return new AddressDigest(key);
    }

    byte[] key() {
        return key.clone();
    }

    /// 128 bits.
    record Value(long high, long low) implements Comparable<Value> {
        @Override
        public int compareTo(Value other) {
            int first = Long.compareUnsigned(high, other.high);
            return first != 0 ? first : Long.compareUnsigned(low, other.low);
        }
    }

    Value of(String address) {
        MessageDigest sha256;
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
        sha256.update(key);
        var octets = ByteBuffer.wrap(sha256.digest(address.getBytes(StandardCharsets.UTF_8)));
        return new Value(octets.getLong(), octets.getLong());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AddressDigest digest && Arrays.equals(key, digest.key);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(key);
    }
}
