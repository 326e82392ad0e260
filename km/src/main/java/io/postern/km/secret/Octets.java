package io.postern.km.secret;

import java.util.Arrays;

/// Octets that are no secret; equal when all of them are.
public final class Octets {
    private final byte[] octets;

    /// Copies them.
    public Octets(byte[] octets) {
        this.octets = octets.clone();
    }

    /// A copy.
    public byte[] copy() {
        return octets.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Octets others && Arrays.equals(octets, others.octets);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(octets);
    }

    @Override
    public String toString() {
        return "Octets[" + octets.length + "]";
    }
}
