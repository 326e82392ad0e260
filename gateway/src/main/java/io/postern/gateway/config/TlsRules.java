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
}
