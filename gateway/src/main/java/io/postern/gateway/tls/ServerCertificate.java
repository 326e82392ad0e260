package io.postern.gateway.tls;

import java.security.PrivateKey;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// A certificate with its chain and key.
///
/// @param source the file it came from, for people
/// @param chain the gateway's own first; at least one
record ServerCertificate(String source, List<X509Certificate> chain, PrivateKey key) {
    private static final int DNS = 2; // RFC 5280 §4.2.1.6

    ServerCertificate {
        chain = List.copyOf(chain);
    }

    X509Certificate leaf() {
        return chain.getFirst();
    }

    Instant notAfter() {
        return leaf().getNotAfter().toInstant();
    }

    /// The host names that it is for, in lower case; `*.` begins a wildcard. RFC 9525 §2: the
    /// alternative names alone.
    Set<String> names() {
        var names = new LinkedHashSet<String>();
        try {
            var alternatives = leaf().getSubjectAlternativeNames();
            if (alternatives != null) {
                for (var name : alternatives) {
                    if (name.getFirst().equals(DNS) && name.get(1) instanceof String text) {
                        names.add(text.toLowerCase(Locale.ROOT));
                    }
                }
            }
        } catch (CertificateParsingException _) {
            // Names that can't be read are asked for by nobody.
        }
        return names;
    }

    /// Whether it is for that host. RFC 9525 §6.3: a wildcard stands for one label.
    boolean serves(String host) {
        var names = names();
        int dot = host.indexOf('.');
        return names.contains(host) || (dot > 0 && names.contains("*" + host.substring(dot)));
    }

    @Override
    public String toString() {
        return source + " (" + String.join(", ", names()) + ", until " + notAfter() + ")";
    }
}
