package io.postern.gateway.takeover;

import io.postern.gateway.config.HostPort;
import io.postern.gateway.config.Network;
import io.postern.mail.Domain;
import java.util.Optional;
import java.util.regex.Pattern;

/// A next hop as Postfix writes it: `[host]:port`, `host:port`, or nothing for the domain's MX.
/// transport(5), relayhost in postconf(5).
sealed interface NextHop {
    /// A host.
    ///
    /// @param mx whether the host's MX are asked for, as Postfix does without brackets
    record To(HostPort host, boolean mx) implements NextHop {}

    /// The MX of the domain.
    record ByMx() implements NextHop {}

    /// No host.
    record Bad() implements NextHop {}

    Pattern FORM = Pattern.compile("(?:\\[([^\\[\\]]+)]|([^\\[\\]:]+))(?::([A-Za-z0-9]+))?");

    static NextHop parse(String text) {
        if (text.isEmpty()) {
            return new ByMx();
        }
        var form = FORM.matcher(text);
        if (!form.matches()) {
            return new Bad();
        }
        boolean bracketed = form.group(1) != null;
        var name = bracketed ? form.group(1) : form.group(2);
        var host = host(name == null ? "" : name);
        var port = port(form.group(3) == null ? "smtp" : form.group(3));
        if (host.isEmpty() || port.isEmpty()) {
            return new Bad();
        }
        return new To(new HostPort(host.get(), port.get()), !bracketed);
    }

    private static Optional<String> host(String name) {
        var bare = name.regionMatches(true, 0, "ipv6:", 0, 5) ? name.substring(5) : name;
        if (bare.indexOf('/') < 0 && Network.parse(bare).isPresent()) {
            return Optional.of(bare);
        }
        return Domain.parse(bare).map(Domain::name);
    }

    private static Optional<Integer> port(String text) {
        return switch (text) {
            case "smtp" -> Optional.of(25);
            case "submission" -> Optional.of(587);
            default -> {
                try {
                    int port = Integer.parseInt(text);
                    yield port > 0 && port < 65536 ? Optional.of(port) : Optional.empty();
                } catch (NumberFormatException _) {
                    yield Optional.empty();
                }
            }
        };
    }
}
