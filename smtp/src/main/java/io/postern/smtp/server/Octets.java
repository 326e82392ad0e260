package io.postern.smtp.server;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Looks for the octets that matter in content: CR, LF and NUL.
final class Octets {
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private Octets() {}

    /// The index of the first CR, LF or NUL in `[from, to)`, or `to`.
    ///
    /// Eight octets at a time: in `(w - 0x0e0e..) & ~w & 0x8080..` the lowest bit set is that of
    /// the first octet below 14. Bits above it may be wrong, for a borrow runs upwards: they are
    /// not looked at.
    static int nextSpecial(byte[] octets, int from, int to) {
        int at = from;
        while (at <= to - Long.BYTES) {
            long word = (long) LONG.get(octets, at);
            long low = (word - 0x0e0e0e0e0e0e0e0eL) & ~word & 0x8080808080808080L;
            if (low == 0) {
                at += Long.BYTES;
                continue;
            }
            at += Long.numberOfTrailingZeros(low) >>> 3;
            if (special(octets[at])) {
                return at;
            }
            at++; // a tab or another control character
        }
        while (at < to && !special(octets[at])) {
            at++;
        }
        return at;
    }

    private static boolean special(byte octet) {
        return octet == '\r' || octet == '\n' || octet == 0;
    }
}
