package io.postern.km;

import java.security.cert.X509Certificate;

/// What a request came to.
public record OfRequest(CertificateView view, X509Certificate certificate) {}
