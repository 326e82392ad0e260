package io.postern.smtp.server;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.zip.CRC32C;

/// The header that a load balancer puts before the first octet of a connection: the PROXY protocol,
/// version 2 (haproxy's `proxy-protocol.txt` §2.2). Pure: octets in, a value out; never throws.
sealed interface ProxyHeader {
    /// Octets of the fixed part, which says how long the rest is.
    int FIXED = 16;

    /// Octets of a whole header. 536 is the least that a receiver must take (§2.2); a TLS client's
    /// names in TLVs need more.
    int LONGEST = 4096;

    /// The client's address is `client`, whatever address the connection comes from.
    record Announced(InetSocketAddress client) implements ProxyHeader {}

    /// The balancer speaks for itself: a health check. The client is the connection's peer.
    record Local() implements ProxyHeader {}

    /// What octets were read as.
    sealed interface Parsed {
        record Ok(ProxyHeader header) implements Parsed {}

        /// The header is not complete before there are so many octets in all.
        record More(int octets) implements Parsed {}

        /// No header of version 2, or none that names a client. The text is for operators.
        record Bad(String why) implements Parsed {}
    }

    /// Reads the header that begins at octet 0.
    ///
    /// @param length how many octets there are so far; those after the header are not looked at
    static Parsed parse(byte[] octets, int length) {
        var wrongStart = Reading.wrongStart(octets, length);
        if (wrongStart.isPresent()) {
            return new Parsed.Bad(wrongStart.get());
        }
        if (length < FIXED) {
            return new Parsed.More(FIXED);
        }
        int whole = FIXED + Short.toUnsignedInt(ByteBuffer.wrap(octets).getShort(14));
        if (whole > LONGEST) {
            return new Parsed.Bad("a header of " + whole + " octets, at most " + LONGEST);
        }
        return length < whole
                ? new Parsed.More(whole)
                : Reading.whole(Arrays.copyOf(octets, whole));
    }

    /// How the octets are taken apart.
    final class Reading {
        private static final byte[] SIGNATURE = HexFormat.of().parseHex("0d0a0d0a000d0a515549540a");
        private static final byte[] VERSION_1 = "PROXY ".getBytes(StandardCharsets.US_ASCII);
        private static final int CRC32C_TLV = 0x03;

        private Reading() {}

        private static boolean agree(byte[] octets, byte[] wanted, int length) {
            int compared = Math.min(length, wanted.length);
            return Arrays.equals(octets, 0, compared, wanted, 0, compared);
        }

        private static Optional<String> wrongStart(byte[] octets, int length) {
            if (length >= VERSION_1.length && agree(octets, VERSION_1, VERSION_1.length)) {
                return Optional.of(
                        "a header of the PROXY protocol's version 1: make the balancer send version 2"
                                + " (haproxy: send-proxy-v2)");
            }
            // As long as it might be either, more is waited for.
            boolean perhaps = agree(octets, SIGNATURE, length) || agree(octets, VERSION_1, length);
            return perhaps
                    ? Optional.empty()
                    : Optional.of(
                            "no PROXY header: make the balancer send version 2, or take it out of"
                                    + " proxy_from");
        }

        private static Parsed whole(byte[] header) {
            int version = header[12] >> 4 & 0xf;
            int command = header[12] & 0xf;
            if (version != 2) {
                return new Parsed.Bad("version " + version + " of the PROXY protocol, not 2");
            }
            if (command > 1) {
                return new Parsed.Bad("unknown command " + command);
            }
            // §2.2: of LOCAL everything else is to be ignored, addresses and TLVs alike.
            return command == 0 ? new Parsed.Ok(new Local()) : proxied(header);
        }

        /// Of a proxied connection we must know the client: taken for the balancer, a stranger
        /// would have the balancer's rights. So what names none is refused, as §2.2 allows.
        private static Parsed proxied(byte[] header) {
            return switch (header[13] & 0xff) {
                case 0x11 -> internet(header, 4);
                case 0x21 -> internet(header, 16);
                case 0x00 -> new Parsed.Bad("a proxied connection without its client's address");
                case 0x31, 0x32 -> new Parsed.Bad("a proxied connection over a Unix socket");
                default ->
                        new Parsed.Bad(
                                "a proxied connection that is no TCP over IPv4 or IPv6 (family and"
                                        + " protocol 0x%02x)".formatted(header[13] & 0xff));
            };
        }

        private static Parsed internet(byte[] header, int size) {
            int tlvs = FIXED + 2 * size + 4;
            if (header.length < tlvs) {
                return new Parsed.Bad("a header too short for its addresses");
            }
            var wrong = wrongTlvs(header, tlvs);
            if (wrong.isPresent()) {
                return new Parsed.Bad(wrong.get());
            }
            var address = Arrays.copyOfRange(header, FIXED, FIXED + size);
            int port = Short.toUnsignedInt(ByteBuffer.wrap(header).getShort(FIXED + 2 * size));
            try {
                return new Parsed.Ok(
                        new Announced(
                                new InetSocketAddress(InetAddress.getByAddress(address), port)));
            } catch (UnknownHostException e) { // only for another number of octets
                return new Parsed.Bad("an address of " + size + " octets");
            }
        }

        /// TLVs are passed over, but must fill the rest exactly; the checksum, if any, must be
        /// right (§2.2.4).
        private static Optional<String> wrongTlvs(byte[] header, int from) {
            var buffer = ByteBuffer.wrap(header);
            int at = from;
            while (at < header.length) {
                if (header.length - at < 3) {
                    return Optional.of("a TLV cut short");
                }
                int length = Short.toUnsignedInt(buffer.getShort(at + 1));
                int value = at + 3;
                if (length > header.length - value) {
                    return Optional.of("a TLV longer than the header");
                }
                if (header[at] == CRC32C_TLV && (length != 4 || !checked(header, value))) {
                    return Optional.of("a header damaged on its way: its CRC32c is wrong");
                }
                at = value + length;
            }
            return Optional.empty();
        }

        private static boolean checked(byte[] header, int at) {
            int told = ByteBuffer.wrap(header).getInt(at);
            var copy = header.clone();
            Arrays.fill(copy, at, at + 4, (byte) 0);
            var crc = new CRC32C();
            crc.update(copy);
            return (int) crc.getValue() == told;
        }
    }
}
