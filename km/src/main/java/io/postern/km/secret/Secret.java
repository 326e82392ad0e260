package io.postern.km.secret;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;

/// Octets that nobody else may see: masked when printed, zeroed when closed. Whoever makes one
/// closes it. Confined to one thread at a time.
public final class Secret implements AutoCloseable {
    private final byte[] octets;
    private boolean closed;

    private Secret(byte[] octets) {
        this.octets = octets;
    }

    /// Takes the array over: it is zeroed on [#close], and the caller must not use it further.
    public static Secret of(byte[] octets) {
        return new Secret(octets);
    }

    /// Takes characters over as UTF-8, and zeroes them.
    public static Secret of(char[] characters) {
        var encoded = ByteBuffer.allocate(3 * characters.length);
        StandardCharsets.UTF_8
                .newEncoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .encode(CharBuffer.wrap(characters), encoded, true);
        var octets = Arrays.copyOf(encoded.array(), encoded.position());
        Arrays.fill(encoded.array(), (byte) 0);
        Arrays.fill(characters, '\0');
        return new Secret(octets);
    }

    /// So many random octets.
    public static Secret random(int length, SecureRandom random) {
        var octets = new byte[length];
        random.nextBytes(octets);
        return new Secret(octets);
    }

    /// A copy, which the caller zeroes.
    public byte[] copy() {
        if (closed) {
            throw new IllegalStateException("a secret was used after it was closed");
        }
        return octets.clone();
    }

    /// A copy of a part of it, as a secret of its own.
    public Secret part(int from, int length) {
        var all = copy();
        try {
            return new Secret(Arrays.copyOfRange(all, from, from + length));
        } finally {
            Arrays.fill(all, (byte) 0);
        }
    }

    /// This and another behind it, as a secret of its own.
    public Secret then(Secret other) {
        var one = copy();
        var two = other.copy();
        try {
            return new Secret(
                    ByteBuffer.allocate(one.length + two.length).put(one).put(two).array());
        } finally {
            Arrays.fill(one, (byte) 0);
            Arrays.fill(two, (byte) 0);
        }
    }

    /// A copy as characters of UTF-8, which the caller zeroes.
    public char[] characters() {
        var all = copy();
        var decoded = StandardCharsets.UTF_8.decode(ByteBuffer.wrap(all));
        var characters = new char[decoded.remaining()];
        decoded.get(characters);
        Arrays.fill(decoded.array(), '\0');
        Arrays.fill(all, (byte) 0);
        return characters;
    }

    /// In octets.
    public int length() {
        return octets.length;
    }

    /// Zeroes it. Idempotent.
    @Override
    public void close() {
        closed = true;
        Arrays.fill(octets, (byte) 0);
    }

    /// Masked.
    @Override
    public String toString() {
        return "Secret[…]";
    }
}
