package io.postern.gateway.config;

import java.util.List;

/// What of TLS settings goes together.
final class TlsRules {
    private TlsRules() {}

    static void check(Config config, Config.Listener listener, String place, List<String> wrong) {
        boolean served = listener.tlsCertificate().isPresent() || !config.certificate().isEmpty();
        if (!served
                && (listener.requireTls()
                        || listener.clientCa().isPresent()
                        || listener.tls() == Config.TlsStart.IMPLICIT)) {
            wrong.add(
                    place
                            + "require_tls, client_ca and tls = \"implicit\" need a certificate: give"
                            + " tls_certificate and tls_key, or a [[certificate]]");
        }
        if (listener.clientCa().isEmpty()
                && (listener.requireClientCertificate()
                        || !listener.trustCertificates().isEmpty())) {
            wrong.add(
                    place
                            + "require_client_certificate and trust_certificates need client_ca: the"
                            + " authorities of the certificates");
        }
    }

    /// A certificate is shown in a handshake, and there must be one.
    static void checkNextHops(Config config, Binder binder, List<String> wrong) {
        var outbound = config.outbound();
        if (outbound.tls() == Config.TlsMode.NONE && outbound.certificate().isPresent()) {
            wrong.add(never(binder, "outbound", "certificate", "tls"));
        }
        for (int i = 0; i < config.route().size(); i++) {
            var route = config.route().get(i);
            if (route.certificate().isPresent()
                    && route.tls().orElse(outbound.tls()) == Config.TlsMode.NONE) {
                wrong.add(never(binder, "route[" + i + "]", "certificate", "tls"));
            }
        }
        for (int i = 0; i < config.domain().size(); i++) {
            var own = config.domain().get(i);
            if (own.deliverCertificate().isPresent()
                    && own.deliverTls().orElse(outbound.tls()) == Config.TlsMode.NONE) {
                wrong.add(never(binder, "domain[" + i + "]", "deliver_certificate", "deliver_tls"));
            }
        }
    }

    private static String never(Binder binder, String section, String certificate, String tls) {
        return binder.place(section)
                + section
                + "."
                + certificate
                + " is never shown without TLS: take it out, or set "
                + tls
                + " to \"opportunistic\", \"required\" or \"verified\"";
    }
}
