package io.postern.gateway.config;

import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.regex.Pattern;

/// A host (name, IPv4 address, or IPv6 address in brackets) and a port: `mail.example.com:25`,
/// `[2001:db8::1]:25`.
///
/// @param host without brackets
public record HostPort(String host, int port) {
    private static final Pattern FORM =
            Pattern.compile("(?:\\[([0-9A-Fa-f:.]+)]|([^\\[\\]:\\s]+)):([0-9]{1,5})");

    static Optional<HostPort> parse(String text) {
        var matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        int port = Integer.parseInt(matcher.group(3));
        String host = matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
        return port <= 65535 ? Optional.of(new HostPort(host, port)) : Optional.empty();
    }

    /// Resolved by the system when it is a name.
    public InetSocketAddress toSocketAddress() {
        return new InetSocketAddress(host, port);
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
