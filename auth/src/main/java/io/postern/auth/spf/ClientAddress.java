package io.postern.auth.spf;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

/// The address of a client in the forms that SPF needs. An IPv4 address mapped into IPv6 is the
/// IPv4 address. RFC 7208 §5.
record ClientAddress(InetAddress address) {
    private static final String HEX = "0123456789ABCDEF";

    static ClientAddress of(InetAddress address) {
        try {
            // The JDK makes an IPv4 address of a mapped one, and drops the zone of a local one.
            return new ClientAddress(InetAddress.getByAddress(address.getAddress()));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has neither 4 nor 16 octets", e);
        }
    }

    boolean isIpv4() {
        return address instanceof Inet4Address;
    }

    byte[] octets() {
        return address.getAddress();
    }

    /// Macro `v` (§7.2).
    String reverseZone() {
        return isIpv4() ? "in-addr" : "ip6";
    }

    /// Macro `i`: IPv4 with dots, IPv6 as nibbles with dots (§7.3). The nibbles are in upper case,
    /// which only an explanation shows: names are asked for in lower case.
    String dotted() {
        if (isIpv4()) {
            return address.getHostAddress();
        }
        var out = new StringBuilder(63);
        for (byte octet : octets()) {
            out.append(out.isEmpty() ? "" : ".")
                    .append(HEX.charAt((octet >> 4) & 0xF))
                    .append('.')
                    .append(HEX.charAt(octet & 0xF));
        }
        return out.toString();
    }

    /// Macro `c`: for people. IPv6 as RFC 5952 §4 has it.
    String readable() {
        if (isIpv4()) {
            return address.getHostAddress();
        }
        var octets = octets();
        var groups = new int[8];
        for (int i = 0; i < 8; i++) {
            groups[i] = (octets[2 * i] & 0xFF) << 8 | (octets[2 * i + 1] & 0xFF);
        }
        // RFC 5952 §4.2: the longest run of two zeros or more, the first of equals.
        int start = -1;
        int length = 1;
        for (int i = 0; i < 8; i++) {
            int end = i;
            while (end < 8 && groups[end] == 0) {
                end++;
            }
            if (end - i > length) {
                start = i;
                length = end - i;
            }
        }
        var out = new StringBuilder(39);
        for (int i = 0; i < 8; i++) {
            if (i == start) {
                out.append("::");
                i += length - 1;
            } else {
                out.append(i == 0 || i == start + length ? "" : ":")
                        .append(Integer.toHexString(groups[i]));
            }
        }
        return out.toString();
    }
}
