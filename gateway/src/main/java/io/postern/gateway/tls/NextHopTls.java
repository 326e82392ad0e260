package io.postern.gateway.tls;

import io.postern.gateway.config.Certificate;
import io.postern.gateway.config.Config;
import io.postern.smtp.client.TlsContexts;
import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;

/// TLS towards next hops, with the certificates that they are shown when they ask for one.
/// Immutable but for the session caches of its contexts.
public final class NextHopTls {
    private final Contexts plain = new Contexts();
    private final Map<Certificate, ServerCertificate> shown;
    private final Map<Certificate, Contexts> contexts = new LinkedHashMap<>();

    /// @param verifying takes what an authority of the system vouches for
    private record Contexts(SSLContext acceptingAny, SSLContext verifying) {
        Contexts(KeyManager... own) {
            this(TlsContexts.acceptingAny(own), TlsContexts.verifying(own));
        }
    }

    private NextHopTls(Map<Certificate, ServerCertificate> shown) {
        this.shown = Collections.unmodifiableMap(shown);
        // Whatever authorities a next hop names in its request: it gets the one that is for it, and
        // says more clearly than we can why it does not like it.
        shown.forEach((setting, one) ->
                contexts.put(setting, new Contexts(new SniKeyManager(List.of(one)))));
    }

    /// Reads the certificates of a configuration.
    ///
    /// @throws IOException when one can't be used; names the key of the configuration, the file and
    ///   the remedy
    public static NextHopTls read(Config config) throws IOException {
        var shown = new LinkedHashMap<Certificate, ServerCertificate>();
        for (var entry : certificates(config).entrySet()) {
            try {
                shown.put(entry.getValue(), CertificateReader.read(entry.getValue()));
            } catch (IOException e) {
                throw new IOException(entry.getKey() + ": " + e.getMessage(), e);
            }
        }
        return new NextHopTls(shown);
    }

    /// The certificates that a configuration names, by their keys.
    static Map<String, Certificate> certificates(Config config) {
        var all = new LinkedHashMap<String, Certificate>();
        config.outbound().certificate().ifPresent(one -> all.put("outbound.certificate", one));
        for (int i = 0; i < config.route().size(); i++) {
            var key = "route[" + i + "].certificate";
            config.route().get(i).certificate().ifPresent(one -> all.put(key, one));
        }
        for (int i = 0; i < config.domain().size(); i++) {
            var key = "domain[" + i + "].deliver_certificate";
            config.domain().get(i).deliverCertificate().ifPresent(one -> all.put(key, one));
        }
        return all;
    }

    Map<Certificate, ServerCertificate> shown() {
        return shown;
    }

    /// The context for hosts that are shown that certificate, or none.
    ///
    /// @param certificate one of the configuration's
    /// @param verified whether the host's certificate must be vouched for; else any is taken
    public SSLContext context(Optional<Certificate> certificate, boolean verified) {
        var found = certificate.isPresent() ? contexts.get(certificate.get()) : plain;
        if (found == null) {
            throw new IllegalArgumentException("not read: " + certificate);
        }
        return verified ? found.verifying() : found.acceptingAny();
    }
}
