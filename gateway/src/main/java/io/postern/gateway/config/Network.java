package io.postern.gateway.config;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;
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
        return text(base) + "/" + prefix;
    }

    /// The address in digits. RFC 5952 §4: the longest run of zero groups, of two at least and the
    /// first of those as long, is `::`.
    private static String text(InetAddress address) {
        if (!(address instanceof Inet6Address)) {
            return address.getHostAddress();
        }
        var groups = address.getHostAddress().replaceFirst("%.*", "").split(":");
        int start = 0;
        int longest = 1;
        for (int i = 0; i < groups.length; i++) {
            int end = i;
            while (end < groups.length && groups[end].equals("0")) {
                end++;
            }
            if (end - i > longest) {
                longest = end - i;
                start = i;
            }
        }
        if (longest == 1) {
            return String.join(":", groups);
        }
        var all = List.of(groups);
        return String.join(":", all.subList(0, start))
                + "::"
                + String.join(":", all.subList(start + longest, groups.length));
    }
}
