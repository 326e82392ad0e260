package io.postern.auth.spf;

import io.postern.mail.AddressLiteral;
import java.net.Inet4Address;
import java.util.Arrays;
import java.util.Optional;

/// A network of IPv4 or IPv6 addresses. RFC 7208 §5.6. Immutable.
final class IpNetwork {
    private static final int MAPPED = 96;

    private final byte[] octets;
    private final int prefix;

    private IpNetwork(byte[] octets, int prefix) {
        this.octets = octets;
        this.prefix = prefix;
    }

    /// @param prefix 0 to 32
    static Optional<IpNetwork> ipv4(String address, int prefix) {
        return AddressLiteral.parse("[" + address + "]")
                .map(literal -> literal.address().getAddress())
                .filter(octets -> octets.length == 4)
                .map(octets -> new IpNetwork(octets, prefix));
    }

    /// @param prefix 0 to 128
    static Optional<IpNetwork> ipv6(String address, int prefix) {
        return AddressLiteral.parse("[IPv6:" + address + "]")
                // Without a colon it is IPv4 under another name.
                .filter(_ -> address.indexOf(':') >= 0)
                .map(literal ->
                        literal.address() instanceof Inet4Address ipv4
                                ? mapped(ipv4.getAddress())
                                : literal.address().getAddress())
                .map(octets -> new IpNetwork(octets, prefix));
    }

    /// The JDK takes an IPv4 address mapped into IPv6 for IPv4; here it is written as IPv6.
    private static byte[] mapped(byte[] ipv4) {
        var octets = new byte[16];
        Arrays.fill(octets, MAPPED / 8 - 2, MAPPED / 8, (byte) 0xFF);
        System.arraycopy(ipv4, 0, octets, MAPPED / 8, ipv4.length);
        return octets;
    }

    boolean contains(ClientAddress client) {
        return sameNetwork(octets, client.octets(), prefix);
    }

    /// Whether two addresses are of one family and their first bits are the same.
    static boolean sameNetwork(byte[] one, byte[] other, int prefix) {
        if (one.length != other.length) {
            return false;
        }
        int whole = prefix / 8;
        if (!Arrays.equals(one, 0, whole, other, 0, whole)) {
            return false;
        }
        int bits = prefix % 8;
        return bits == 0 || ((one[whole] ^ other[whole]) & 0xFF) >> (8 - bits) == 0;
    }
}
