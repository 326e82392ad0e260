package io.postern.gateway.dnsbl;

import io.postern.mail.Domain;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Locale;
import java.util.Optional;

/// What stands before a zone's name in a question.
///
/// @param label such as `2.0.0.127`
/// @param shown as operators write it: the address, or the domain
record Question(String label, String shown) {
    private static final int LONGEST = 253;

    /// The question about a client; empty when no zone can know it.
    static Optional<Question> about(InetAddress client) {
        return isPublic(client) ? Optional.of(address(client)) : Optional.empty();
    }

    /// The question about an address, whatever it is. RFC 5782 §2.1, §2.4.
    static Question address(InetAddress address) {
        var octets = address.getAddress();
        var label = new StringBuilder();
        for (int i = octets.length - 1; i >= 0; i--) {
            int octet = octets[i] & 0xff;
            label.append(label.isEmpty() ? "" : ".");
            if (octets.length == 4) {
                label.append(octet);
            } else {
                label.append(Integer.toHexString(octet & 0xf))
                        .append('.')
                        .append(Integer.toHexString(octet >> 4));
            }
        }
        return new Question(label.toString(), address.getHostAddress());
    }

    /// The question about a domain; empty when it is not one of several labels. RFC 5782 §3.
    static Optional<Question> about(String domain, Domain zone) {
        var name =
                Domain.parse(
                        domain.endsWith(".") ? domain.substring(0, domain.length() - 1) : domain);
        return name.map(Domain::name)
                .filter(text -> text.indexOf('.') > 0 && !allDigits(text))
                .filter(text -> text.length() + 1 + zone.name().length() <= LONGEST)
                .map(text -> new Question(text, text));
    }

    /// The question about a label.
    static Question label(String label) {
        return new Question(label.toLowerCase(Locale.ROOT), label);
    }

    /// An address without its brackets, as some give in HELO, is no domain.
    private static boolean allDigits(String text) {
        return text.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'));
    }

    /// Whether an address means the same host everywhere. Asking about others would tell a zone's
    /// operator our networks, and get no answer that means anything.
    private static boolean isPublic(InetAddress address) {
        if (address.isLoopbackAddress()
                || address.isAnyLocalAddress()
                || address.isLinkLocalAddress()
                || address.isSiteLocalAddress()
                || address.isMulticastAddress()) {
            return false;
        }
        var octets = address.getAddress();
        int first = octets[0] & 0xff;
        int second = octets[1] & 0xff;
        if (address instanceof Inet4Address) {
            // RFC 1122 §3.2.1.3, RFC 6598, and the former class E.
            return first != 0 && first < 240 && !(first == 100 && second >= 64 && second < 128);
        }
        return (first & 0xfe) != 0xfc; // RFC 4193
    }
}
