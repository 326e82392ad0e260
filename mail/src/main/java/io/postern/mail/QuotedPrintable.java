package io.postern.mail;

import java.io.IOException;
import java.io.OutputStream;

/// Writes octets as quoted-printable text: CRLF stays a line break, every other octet comes back as
/// it was. RFC 2045 §6.7.
///
/// Not closed but finished: the stream below stays open.
final class QuotedPrintable extends OutputStream {
    // RFC 2045 §6.7 (5): 76, of which one is kept for the soft break's "=".
    private static final int MAX_COLUMN = 75;
    private static final byte[] HEX = {
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'
    };
    private static final int NONE = -1;

    private final OutputStream out;
    private final byte[] line = new byte[MAX_COLUMN + 3];
    private int column;

    // A CR, a space or a tab whose fate the next octet decides.
    private int held = NONE;

    QuotedPrintable(OutputStream out) {
        this.out = out;
    }

    @Override
    public void write(int octet) throws IOException {
        int b = octet & 0xFF;
        if (held == '\r') {
            held = NONE;
            if (b == '\n') {
                endLine();
                return;
            }
            encoded('\r');
        } else if (held != NONE) {
            int space = held;
            held = NONE;
            if (b == '\r') {
                // RFC 2045 §6.7 (3): white space that may end a line is encoded.
                encoded(space);
            } else {
                literal(space);
            }
        }
        if (b == '\r' || b == ' ' || b == '\t') {
            held = b;
        } else if (b > ' ' && b < 127 && b != '=') {
            literal(b);
        } else {
            encoded(b);
        }
    }

    @Override
    public void write(byte[] octets, int offset, int length) throws IOException {
        for (int i = offset; i < offset + length; i++) {
            write(octets[i]);
        }
    }

    /// Writes what is held.
    void finish() throws IOException {
        if (held != NONE) {
            encoded(held);
            held = NONE;
        }
        out.write(line, 0, column);
        column = 0;
    }

    private void literal(int b) throws IOException {
        room(1);
        // A dot that begins a line is what careless relays lose.
        if (b == '.' && column == 0) {
            encoded(b);
        } else {
            line[column++] = (byte) b;
        }
    }

    private void encoded(int b) throws IOException {
        room(3);
        line[column++] = '=';
        line[column++] = HEX[(b >> 4) & 15];
        line[column++] = HEX[b & 15];
    }

    private void room(int octets) throws IOException {
        if (column + octets > MAX_COLUMN) {
            line[column++] = '=';
            endLine();
        }
    }

    private void endLine() throws IOException {
        line[column++] = '\r';
        line[column++] = '\n';
        out.write(line, 0, column);
        column = 0;
    }
}
