package io.postern.mail;

import java.io.ByteArrayOutputStream;

/// Undoes a Content-Transfer-Encoding, kindly: what no encoder writes is passed over. RFC 2045
/// §6.7, §6.8.
final class TransferDecoder {
    private TransferDecoder() {}

    static byte[] decode(TransferEncoding encoding, byte[] octets) {
        return switch (encoding) {
            case IDENTITY, UNKNOWN -> octets;
            case BASE64 -> base64(octets);
            case QUOTED_PRINTABLE -> quotedPrintable(octets);
        };
    }

    /// RFC 2045 §6.8: characters outside of the alphabet are ignored; padding ends the data.
    private static byte[] base64(byte[] octets) {
        var out = new ByteArrayOutputStream(octets.length / 4 * 3 + 3);
        int bits = 0;
        int held = 0;
        for (byte b : octets) {
            if (b == '=') {
                break;
            }
            int value = value(b);
            if (value < 0) {
                continue;
            }
            held = held << 6 | value;
            bits += 6;
            if (bits >= 8) {
                bits -= 8;
                out.write(held >> bits);
            }
        }
        return out.toByteArray();
    }

    private static int value(byte b) {
        if (b >= 'A' && b <= 'Z') {
            return b - 'A';
        }
        if (b >= 'a' && b <= 'z') {
            return b - 'a' + 26;
        }
        if (b >= '0' && b <= '9') {
            return b - '0' + 52;
        }
        return b == '+' ? 62 : b == '/' ? 63 : -1;
    }

    private static byte[] quotedPrintable(byte[] octets) {
        var out = new ByteArrayOutputStream(octets.length);
        for (int i = 0; i < octets.length; i++) {
            if (octets[i] != '=') {
                out.write(octets[i]);
                continue;
            }
            int high = i + 2 < octets.length ? Character.digit(octets[i + 1], 16) : -1;
            int low = i + 2 < octets.length ? Character.digit(octets[i + 2], 16) : -1;
            if (high >= 0 && low >= 0) {
                out.write(high << 4 | low);
                i += 2;
                continue;
            }
            int end = i + 1;
            while (end < octets.length && (octets[end] == ' ' || octets[end] == '\t')) {
                end++;
            }
            if (end + 1 < octets.length && octets[end] == '\r' && octets[end + 1] == '\n') {
                i = end + 1; // a soft line break
            } else {
                out.write('=');
            }
        }
        return out.toByteArray();
    }
}
