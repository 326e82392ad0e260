package io.postern.auth.spf;

import java.util.Optional;

/// How a directive tells whether it is about the client. RFC 7208 §5.
sealed interface Mechanism {
    /// Always (§5.1).
    record All() implements Mechanism {}

    /// When another domain's record passes the client (§5.2).
    record Include(MacroString domain) implements Mechanism {}

    /// When the client is one of a name's addresses (§5.3).
    record A(Optional<MacroString> domain, DualCidr cidr) implements Mechanism {}

    /// When the client is one of the addresses of a domain's MX hosts (§5.4).
    record Mx(Optional<MacroString> domain, DualCidr cidr) implements Mechanism {}

    /// When a reverse name of the client that leads back to it is in a domain (§5.5).
    record Ptr(Optional<MacroString> domain) implements Mechanism {}

    /// When the client is in a network (§5.6).
    record Ip(IpNetwork network) implements Mechanism {}

    /// When a name has an IPv4 address (§5.7).
    record Exists(MacroString domain) implements Mechanism {}

    /// How many bits of an address count (§5.3 dual-cidr-length).
    ///
    /// @param ipv4 0 to 32
    /// @param ipv6 0 to 128
    record DualCidr(int ipv4, int ipv6) {
        int of(ClientAddress client) {
            return client.isIpv4() ? ipv4 : ipv6;
        }
    }

    /// Whether it counts against the limit of ten (§4.6.4).
    default boolean asksTheDns() {
        return switch (this) {
            case All _, Ip _ -> false;
            case Include _, A _, Mx _, Ptr _, Exists _ -> true;
        };
    }

    /// The domain-spec, if it has one.
    default Optional<MacroString> domainSpec() {
        return switch (this) {
            case All _, Ip _ -> Optional.empty();
            case Include(var domain) -> Optional.of(domain);
            case Exists(var domain) -> Optional.of(domain);
            case A(var domain, _) -> domain;
            case Mx(var domain, _) -> domain;
            case Ptr(var domain) -> domain;
        };
    }
}
