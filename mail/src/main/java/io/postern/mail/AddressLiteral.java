package io.postern.mail;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Optional;
import java.util.regex.Pattern;

/// An address literal such as `[192.0.2.1]` or `[IPv6:2001:db8::1]`. RFC 5321 §4.1.3.
///
/// An IPv4 address mapped into IPv6 is the IPv4 address.
public record AddressLiteral(InetAddress address) implements Host {
    // A leading zero is octal to some and decimal to others: refused.
    private static final Pattern IPV4 =
            Pattern.compile("(?:(?:0|[1-9][0-9]{0,2})\\.){3}(?:0|[1-9][0-9]{0,2})");
    // With a colon after the first number, or InetAddress would read IPv4 and its odd kin.
    private static final Pattern IPV6 =
            Pattern.compile("(?=[0-9A-Fa-f]{0,4}:)[0-9A-Fa-f:]{2,39}(?:[0-9.]{7,15})?");
    private static final String TAG = "IPv6:";

    /// The literal of a text with its square brackets; empty when it is none, or one of a kind
    /// other than IPv4 and IPv6.
    public static Optional<AddressLiteral> parse(String text) {
        if (text.length() < 3 || !text.startsWith("[") || !text.endsWith("]")) {
            return Optional.empty();
        }
        var inside = text.substring(1, text.length() - 1);
        if (inside.regionMatches(true, 0, TAG, 0, TAG.length())) {
            var address = inside.substring(TAG.length());
            return IPV6.matcher(address).matches() ? literal(address) : Optional.empty();
        }
        return IPV4.matcher(inside).matches() ? literal(inside) : Optional.empty();
    }

    private static Optional<AddressLiteral> literal(String address) {
        try {
            return Optional.of(new AddressLiteral(InetAddress.ofLiteral(address)));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    @Override
    public String toString() {
        return address instanceof Inet6Address
                ? "[IPv6:" + address.getHostAddress() + "]"
                : "[" + address.getHostAddress() + "]";
    }
}
