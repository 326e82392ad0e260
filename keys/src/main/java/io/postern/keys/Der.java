package io.postern.keys;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Optional;

/// As much of DER (X.690) as private keys need. Confined to one reader.
final class Der {
    static final int INTEGER = 0x02;
    static final int OCTET_STRING = 0x04;
    static final int OBJECT_IDENTIFIER = 0x06;
    static final int SEQUENCE = 0x30;

    private final byte[] octets;
    private final int end;
    private int at;

    Der(byte[] octets) {
        this(octets, 0, octets.length);
    }

    private Der(byte[] octets, int from, int end) {
        this.octets = octets;
        this.at = from;
        this.end = end;
    }

    /// The contents of the next element, and moves behind it; empty, and stays, when it has another
    /// tag or is cut off.
    Optional<Der> next(int tag) {
        if (end - at < 2 || (octets[at] & 0xff) != tag) {
            return Optional.empty();
        }
        int length = octets[at + 1] & 0xff;
        int from = at + 2;
        if (length > 0x80 && length <= 0x83) {
            int more = length & 0x7f;
            if (end - from < more) {
                return Optional.empty();
            }
            length = 0;
            for (int i = 0; i < more; i++) {
                length = (length << 8) | (octets[from++] & 0xff);
            }
        } else if (length >= 0x80) {
            return Optional.empty(); // indefinite, or larger than any key
        }
        if (end - from < length) {
            return Optional.empty();
        }
        at = from + length;
        return Optional.of(new Der(octets, from, at));
    }

    boolean isAtEnd() {
        return at == end;
    }

    byte[] rest() {
        return Arrays.copyOfRange(octets, at, end);
    }

    /// An element of these contents.
    static byte[] element(int tag, byte[]... contents) {
        var inside = new ByteArrayOutputStream();
        for (var content : contents) {
            inside.writeBytes(content);
        }
        var whole = new ByteArrayOutputStream();
        whole.write(tag);
        int length = inside.size();
        if (length < 0x80) {
            whole.write(length);
        } else if (length < 0x100) {
            whole.write(0x81);
            whole.write(length);
        } else {
            whole.write(0x82);
            whole.write(length >> 8);
            whole.write(length);
        }
        whole.writeBytes(inside.toByteArray());
        return whole.toByteArray();
    }
}
