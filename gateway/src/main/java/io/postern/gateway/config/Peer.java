package io.postern.gateway.config;

import io.postern.mail.Domain;
import java.util.List;

/// What was agreed with a peer that hands in mail.
public record Peer(
        @Setting(doc = "Networks of its hosts.") List<Network> networks,
        @Setting(doc = "Domains in MAIL FROM, with which it writes.") List<Domain> domains,
        @Setting(
                        otherwise = "true",
                        doc =
                                "Whether its mail comes under TLS or not at all: 530 5.7.0 at MAIL in clear (RFC 3207 §4 forbids that "
                                        + "for strangers, not for those who agreed).")
                boolean requireTls,
        @Setting(
                        doc =
                                "Names of which its client certificate must have one (common name, DNS or e-mail name); "
                                        + "else 550 5.7.1 at MAIL. Needs `client_ca` on the listener.")
                List<String> certificates) {}
