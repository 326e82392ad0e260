package io.postern.gateway.config;

import java.net.InetAddress;
import java.util.Optional;

/// A range of addresses in CIDR form: `192.0.2.0/24`, `2001:db8::/32`, or one address.
///
/// @param base the address as written
/// @param prefix how many leading bits count
public record Network(InetAddress base, int prefix) {
    /// The network of a text; empty when it is not one.
    public static Optional<Network> parse(String text) {
        int slash = text.indexOf('/');
        String address = slash < 0 ? text : text.substring(0, slash);
        try {
            var base = InetAddress.ofLiteral(address);
            int bits = base.getAddress().length * 8;
            int prefix = slash < 0 ? bits : Integer.parseInt(text.substring(slash + 1));
            return prefix >= 0 && prefix <= bits
                    ? Optional.of(new Network(base, prefix))
                    : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /// Whether the address lies in the range. An IPv4-mapped IPv6 address is an IPv4 address to
    /// Java already.
    public boolean contains(InetAddress address) {
        byte[] mine = base.getAddress();
        byte[] other = address.getAddress();
        if (mine.length != other.length) {
            return false;
        }
        for (int bit = 0; bit < prefix; bit += 8) {
            int mask = prefix - bit >= 8 ? 0xff : 0xff << (8 - (prefix - bit)) & 0xff;
            if (((mine[bit / 8] ^ other[bit / 8]) & mask) != 0) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return base.getHostAddress() + "/" + prefix;
    }
}
