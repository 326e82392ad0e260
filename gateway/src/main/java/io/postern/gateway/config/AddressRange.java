package io.postern.gateway.config;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Optional;

/// IPv4 addresses from one to another: `127.0.0.2-127.0.0.11`, or one: `127.0.0.2`.
///
/// @param first as an unsigned number
/// @param last not below first
public record AddressRange(long first, long last) {
    static Optional<AddressRange> parse(String text) {
        int dash = text.indexOf('-');
        var first = number(dash < 0 ? text : text.substring(0, dash));
        var last = dash < 0 ? first : number(text.substring(dash + 1));
        return first.isPresent() && last.isPresent() && first.get() <= last.get()
                ? Optional.of(new AddressRange(first.get(), last.get()))
                : Optional.empty();
    }

    private static Optional<Long> number(String text) {
        try {
            return InetAddress.ofLiteral(text) instanceof Inet4Address address
                    ? Optional.of(number(address))
                    : Optional.empty();
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private static long number(Inet4Address address) {
        long number = 0;
        for (byte octet : address.getAddress()) {
            number = number << 8 | (octet & 0xff);
        }
        return number;
    }

    /// Whether the address is one of these.
    public boolean contains(Inet4Address address) {
        long number = number(address);
        return number >= first && number <= last;
    }

    @Override
    public String toString() {
        return first == last ? dotted(first) : dotted(first) + "-" + dotted(last);
    }

    private static String dotted(long number) {
        return (number >> 24)
                + "."
                + (number >> 16 & 0xff)
                + "."
                + (number >> 8 & 0xff)
                + "."
                + (number & 0xff);
    }
}
