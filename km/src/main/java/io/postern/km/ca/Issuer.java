package io.postern.km.ca;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;

/// Who signs: a certificate and its private key, of an authority or an OCSP responder. Hold it no
/// longer than the act lasts.
public record Issuer(X509Certificate certificate, PrivateKey key) {
    /// The name alone; nothing of the key.
    @Override
    public String toString() {
        return "Issuer[" + certificate.getSubjectX500Principal() + "]";
    }
}
