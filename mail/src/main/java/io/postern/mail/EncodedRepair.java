package io.postern.mail;

import java.io.IOException;
import java.io.OutputStream;

/// Mends bodies that say they are encoded and yet have octets or lines that may not pass. RFC 2045
/// §6.7, §6.8.
///
/// Not closed but finished: the stream below stays open.
abstract sealed class EncodedRepair extends OutputStream {
    final OutputStream out;

    private EncodedRepair(OutputStream out) {
        this.out = out;
    }

    /// Writes what is held.
    abstract void finish() throws IOException;

    /// Base64 cut into lines of 76; what a decoder ignores is left out.
    static final class Base64Lines extends EncodedRepair {
        private int column;

        Base64Lines(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int octet) throws IOException {
            char c = (char) (octet & 0xFF);
            boolean kept =
                    (c >= 'A' && c <= 'Z')
                            || (c >= 'a' && c <= 'z')
                            || (c >= '0' && c <= '9')
                            || c == '+'
                            || c == '/'
                            || c == '=';
            if (!kept) {
                return;
            }
            if (column == 76) {
                newLine();
            }
            out.write(c);
            column++;
        }

        private void newLine() throws IOException {
            out.write('\r');
            out.write('\n');
            column = 0;
        }

        @Override
        void finish() throws IOException {
            if (column > 0) {
                newLine();
            }
        }
    }

    /// Quoted-printable with soft breaks in lines that are too long and with octets encoded that
    /// should have been.
    static final class QuotedLines extends EncodedRepair {
        private static final int MAX_COLUMN = 75;
        private static final String HEX = "0123456789ABCDEF";
        private int column;
        private boolean afterCr;

        // Octets of a triplet "=XX" or a soft break still to come, which nothing may part.
        private int together;

        QuotedLines(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int octet) throws IOException {
            int b = octet & 0xFF;
            if (afterCr) {
                afterCr = false;
                if (b == '\n') {
                    out.write('\r');
                    out.write('\n');
                    column = 0;
                    together = 0;
                    return;
                }
                encoded('\r');
            }
            if (b == '\r') {
                afterCr = true;
            } else if (b == '=') {
                put(b, 3);
                together = 2;
            } else if (b == '\t' || (b >= ' ' && b < 127)) {
                put(b, 1);
            } else {
                encoded(b);
            }
        }

        private void put(int b, int room) throws IOException {
            if (together > 0) {
                together--;
            } else if (column + room > MAX_COLUMN) {
                out.write('=');
                out.write('\r');
                out.write('\n');
                column = 0;
            }
            out.write(b);
            column++;
        }

        private void encoded(int b) throws IOException {
            together = 0;
            put('=', 3);
            out.write(HEX.charAt((b >> 4) & 15));
            out.write(HEX.charAt(b & 15));
            column += 2;
        }

        @Override
        void finish() throws IOException {
            if (afterCr) {
                encoded('\r');
                afterCr = false;
            }
        }
    }
}
