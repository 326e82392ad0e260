package io.postern.auth.dkim;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Canonicalizes a body that comes in pieces, and hands it on in as few pieces as it can: what
/// needs no change is passed where it lies, small pieces are gathered in a buffer.
///
/// What may still be dropped at the end of a line or of the body is not kept but counted, so that
/// memory does not depend on the body. A CR without LF or LF without CR is an octet like others:
/// RFC 6376 §3.4.3 speaks of CRLF only.
abstract class BodyCanonicalizer {
    /// Where canonical octets go.
    @FunctionalInterface
    interface Sink {
        void update(byte[] octets, int offset, int length);
    }

    private static final int BUFFER = 4096;

    /// From here on handing a piece over costs less than copying it.
    private static final int DIRECT = 512;

    private static final byte[] CRLFS = "\r\n".repeat(512).getBytes(US_ASCII);

    private final Sink sink;
    private final byte[] buffer = new byte[BUFFER];
    private int buffered;
    private long octets;

    /// CRLFs seen that stand only if something follows them.
    long pendingCrlfs;

    /// A CR seen, after those, whose LF may come with the next piece.
    boolean pendingCr;

    BodyCanonicalizer(Sink sink) {
        this.sink = sink;
    }

    static BodyCanonicalizer of(Canonicalization canonicalization, Sink sink) {
        return switch (canonicalization) {
            case SIMPLE -> new Simple(sink);
            case RELAXED -> new Relaxed(sink);
        };
    }

    /// The next piece.
    abstract void update(byte[] piece, int offset, int length);

    /// What is pending is settled and the last line ended.
    abstract void end();

    /// Ends the body; canonical octets in all.
    final long finish() {
        end();
        flush();
        return octets;
    }

    final boolean isEmpty() {
        return octets == 0;
    }

    final void emit(byte[] from, int offset, int length) {
        octets += length;
        if (length >= DIRECT) {
            flush();
            sink.update(from, offset, length);
            return;
        }
        if (buffered + length > BUFFER) {
            flush();
        }
        System.arraycopy(from, offset, buffer, buffered, length);
        buffered += length;
    }

    final void emit(char octet) {
        if (buffered == BUFFER) {
            flush();
        }
        buffer[buffered++] = (byte) octet;
        octets++;
    }

    final void emitCrlf() {
        emit('\r');
        emit('\n');
    }

    final void emitPendingCrlfs() {
        while (pendingCrlfs > 0) {
            int count = (int) Math.min(pendingCrlfs, CRLFS.length / 2);
            emit(CRLFS, 0, count * 2);
            pendingCrlfs -= count;
        }
    }

    private void flush() {
        if (buffered > 0) {
            sink.update(buffer, 0, buffered);
            buffered = 0;
        }
    }

    /// RFC 6376 §3.4.3: only empty lines at the end change.
    private static final class Simple extends BodyCanonicalizer {
        Simple(Sink sink) {
            super(sink);
        }

        @Override
        void update(byte[] piece, int offset, int length) {
            int end = offset + length;
            int at = offset;
            while (at < end && (pendingCr || pendingCrlfs > 0)) {
                step((char) (piece[at++] & 0xFF));
            }
            int tail = end;
            while (tail > at && (piece[tail - 1] == '\r' || piece[tail - 1] == '\n')) {
                tail--;
            }
            emit(piece, at, tail - at);
            for (int i = tail; i < end; i++) {
                step((char) (piece[i] & 0xFF));
            }
        }

        private void step(char octet) {
            if (pendingCr) {
                pendingCr = false;
                if (octet == '\n') {
                    pendingCrlfs++;
                    return;
                }
                emitPendingCrlfs();
                emit('\r');
            }
            if (octet == '\r') {
                pendingCr = true;
                return;
            }
            emitPendingCrlfs();
            emit(octet);
        }

        @Override
        void end() {
            if (pendingCr) {
                emitPendingCrlfs();
                emit('\r');
            }
            // One CRLF in place of all at the end, and where there was none, the empty body too.
            emitCrlf();
        }
    }

    /// RFC 6376 §3.4.4: white space inside a line becomes one space, at its end nothing, and empty
    /// lines at the end of the body vanish.
    private static final class Relaxed extends BodyCanonicalizer {
        private static final VarHandle LONG =
                MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

        /// White space seen, after the CRLFs, that stands only if the line goes on.
        private boolean pendingSpace;

        Relaxed(Sink sink) {
            super(sink);
        }

        @Override
        void update(byte[] piece, int offset, int length) {
            int end = offset + length;
            int at = offset;
            while (at < end) {
                if (!pendingSpace && !pendingCr && pendingCrlfs == 0) {
                    int clean = cleanUntil(piece, at, end);
                    emit(piece, at, clean - at);
                    at = clean;
                }
                if (at < end) {
                    step((char) (piece[at++] & 0xFF));
                }
            }
        }

        /// How far the piece is canonical as it lies: one space between other octets, one CRLF
        /// between lines that neither end nor begin with white space.
        private static int cleanUntil(byte[] piece, int from, int end) {
            int at = from;
            while (at < end) {
                byte octet = piece[at];
                if (octet > ' ' || octet < 0) {
                    at = plainUntil(piece, at + 1, end);
                } else if (octet == ' ') {
                    if (at + 1 >= end || isSpecial(piece[at + 1])) {
                        return at;
                    }
                    at += 2;
                } else if (octet == '\r') {
                    if (at + 2 >= end || piece[at + 1] != '\n' || isSpecial(piece[at + 2])) {
                        return at;
                    }
                    at += 3;
                } else if (octet == '\t') {
                    return at;
                } else {
                    at++;
                }
            }
            return at;
        }

        /// How far from there the piece surely is canonical: no control character, no space before
        /// another or before a control character. Often further than it says.
        ///
        /// Eight octets at a time, held against the eight that begin one later.
        private static int plainUntil(byte[] octets, int from, int to) {
            int at = from;
            while (at < to - Long.BYTES) {
                long word = (long) LONG.get(octets, at);
                long next = (long) LONG.get(octets, at + 1);
                long special = below(word, ' ') | (below(word, '!') & below(next, '!'));
                if (special != 0) {
                    return at + (Long.numberOfTrailingZeros(special) >>> 3);
                }
                at += Long.BYTES;
            }
            return at;
        }

        /// The high bit of each octet that is below an ASCII character.
        private static long below(long word, char ascii) {
            long without = (0x80 - ascii) * 0x0101010101010101L;
            return ~((word & 0x7F7F7F7F7F7F7F7FL) + without) & ~word & 0x8080808080808080L;
        }

        private static boolean isSpecial(byte octet) {
            return octet == ' ' || octet == '\t' || octet == '\r';
        }

        private void step(char octet) {
            if (pendingCr) {
                pendingCr = false;
                if (octet == '\n') {
                    pendingSpace = false;
                    pendingCrlfs++;
                    return;
                }
                settle();
                emit('\r');
            }
            switch (octet) {
                case ' ', '\t' -> pendingSpace = true;
                case '\r' -> pendingCr = true;
                default -> {
                    settle();
                    emit(octet);
                }
            }
        }

        private void settle() {
            emitPendingCrlfs();
            if (pendingSpace) {
                pendingSpace = false;
                emit(' ');
            }
        }

        @Override
        void end() {
            if (pendingCr) {
                settle();
                emit('\r');
            }
            if (!isEmpty()) {
                emitCrlf();
            }
        }
    }
}
