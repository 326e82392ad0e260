package io.postern.gateway.delivery;

import io.postern.gateway.config.Certificate;
import io.postern.gateway.config.Config.TlsMode;
import io.postern.gateway.config.HostPort;
import io.postern.mail.Domain;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Where recipients share a queue and connections.
public sealed interface Destination {
    /// The queue's name, as kept in the store and shown to operators.
    String name();

    /// The hosts that the domain's MX records name. RFC 5321 §5.1.
    record Mx(Domain domain) implements Destination {
        @Override
        public String name() {
            return domain.name();
        }
    }

    /// Fixed hosts, tried in order: the smart host, or a route of the configuration.
    ///
    /// @param certificate shown to them when they ask for one
    record Hosts(String name, List<HostPort> hosts, TlsMode tls, Optional<Certificate> certificate)
            implements Destination {
        public Hosts {
            hosts = List.copyOf(hosts);
        }
    }

    /// A folder in maildir form, for trying out.
    record Capture(Path folder) implements Destination {
        @Override
        public String name() {
            return "capture";
        }
    }
}
