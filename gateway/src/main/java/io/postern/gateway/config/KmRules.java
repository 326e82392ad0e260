package io.postern.gateway.config;

import com.unboundid.ldap.sdk.DN;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// What `serve` publishes of a vault (docs/km.md): lists, certificates and OCSP answers by HTTP, a
/// directory by LDAP. Nothing of it is there unless an address is given.
public record KmRules(
        @Setting(
                        doc =
                                "`host:port` for lists, certificates, OCSP and look-up by HTTP, such as `0.0.0.0:80`: what "
                                        + "the URL of `km init` leads to, by itself or by way of a web server. When absent, "
                                        + "not served.")
                Optional<HostPort> http,
        @Setting(
                        doc =
                                "`host:port` for the directory by LDAP, such as `0.0.0.0:389`; StartTLS with the certificates "
                                        + "of [[certificate]], or else of the first listener that has its own. When absent, not "
                                        + "served.")
                Optional<HostPort> ldap,
        @Setting(
                        doc =
                                "`host:port` for the directory under TLS from the beginning, such as `0.0.0.0:636`. When "
                                        + "absent, not served.")
                Optional<HostPort> ldaps,
        @Setting(
                        doc =
                                "The distinguished name above all entries of the directory; when absent, that of the first "
                                        + "[[domain]], such as `dc=example,dc=com`. Clients must name it, or one above it, or "
                                        + "none.")
                Optional<String> ldapBase,
        @Setting(
                        doc =
                                "Networks whose hosts may search the directory by the beginning of an address, as a "
                                        + "completion of names does. Everybody else finds only addresses given in full. Name your "
                                        + "own: who may do it can list everybody.")
                List<Network> ldapPrefixFrom,
        @Setting(
                        otherwise = "3",
                        min = 1,
                        max = 64,
                        doc = "The least characters of such a beginning.")
                int ldapPrefix,
        @Setting(
                        otherwise = "600",
                        min = 1,
                        max = 10000000,
                        doc =
                                "Requests a minute of one client by HTTP (an IPv4 address, or 64 bits of IPv6); more: 429. "
                                        + "Behind a web server all come from its address: bound them there, and set this high.")
                int httpRequests,
        @Setting(
                        otherwise = "600",
                        min = 1,
                        max = 10000000,
                        doc = "The same by LDAP, both ports together; more: `busy`.")
                int ldapRequests,
        @Setting(
                        otherwise = "500",
                        min = 1,
                        max = 10000,
                        doc = "Connections at once, of each of the three.")
                int connections,
        @Setting(
                        otherwise = "50",
                        min = 1,
                        max = 10000,
                        doc = "Of them those of one client; more are closed.")
                int connectionsPerClient) {

    /// Whether anything is served.
    public boolean enabled() {
        return http.isPresent() || ldap.isPresent() || ldaps.isPresent();
    }

    /// The name above all entries: the one that is set, or that of the first domain of ours.
    public String base(Config config) {
        return ldapBase.orElseGet(() ->
                Arrays.stream(config.domain().getFirst().name().name().split("\\.", -1))
                        .map(label -> "dc=" + label)
                        .collect(Collectors.joining(",")));
    }

    /// What no single key can say.
    static void check(Config config, Binder binder, List<String> wrong) {
        var rules = config.km();
        rules.ldapBase()
                .filter(text -> text.isBlank() || !DN.isValidDN(text))
                .ifPresent(text ->
                        wrong.add(
                                binder.place("km.ldap_base")
                                        + "km.ldap_base = \""
                                        + text
                                        + "\" is no distinguished name such as dc=example,dc=com"));
        boolean certificate =
                !config.certificate().isEmpty()
                        || config.listener().stream()
                                .anyMatch(one -> one.tlsCertificate().isPresent());
        if (rules.ldaps().isPresent() && !certificate) {
            wrong.add(
                    binder.place("km.ldaps")
                            + "km.ldaps needs a certificate: add a [[certificate]], or serve km.ldap");
        }
    }
}
