package io.postern.cli;

import io.postern.mail.Mailbox;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.HexFormat;

/// A DNS record with somebody's certificate. RFC 8162.
///
/// @param name without the dot at its end
/// @param type 53
/// @param usage 3: this very certificate, by whomever it was issued (RFC 6698 §2.1.1, DANE-EE)
/// @param selector 0: the whole certificate
/// @param matching 0: as it is, so that others can encrypt with it; 1: its SHA-256
/// @param data in hexadecimal digits
/// @param serial of the certificate
/// @param certificateUsage what it is for: `sign`, `encrypt` or `both`
record SmimeaRecord(
        String name,
        int type,
        int usage,
        int selector,
        int matching,
        String data,
        String serial,
        String certificateUsage) {
    private static final int TYPE = 53;
    private static final int HASH_OCTETS = 28;
    private static final int LINE = 64;

    static SmimeaRecord of(
            Mailbox address, byte[] certificate, int matching, String serial, String usage) {
        var data = matching == 0 ? certificate : sha256(certificate);
        return new SmimeaRecord(
                owner(address),
                TYPE,
                3,
                0,
                matching,
                HexFormat.of().formatHex(data),
                serial,
                usage);
    }

    /// RFC 8162 §3: SHA-256 of the local part in UTF-8, without quotes, cut to 28 octets. Upper and
    /// lower case are not the same there.
    static String owner(Mailbox address) {
        var local = Normalizer.normalize(address.localPart(), Normalizer.Form.NFC);
        var hash = sha256(local.getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(Arrays.copyOf(hash, HASH_OCTETS))
                + "._smimecert."
                + address.host();
    }

    private static byte[] sha256(byte[] octets) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(octets);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /// As it stands in a zone file, in lines that every editor takes.
    String zone() {
        var text =
                new StringBuilder(name + ". IN SMIMEA " + usage + " " + selector + " " + matching);
        if (data.length() <= LINE) {
            return text.append(' ').append(data).toString();
        }
        text.append(" (");
        for (int at = 0; at < data.length(); at += LINE) {
            text.append("\n    ").append(data, at, Math.min(data.length(), at + LINE));
        }
        return text.append(" )").toString();
    }
}
