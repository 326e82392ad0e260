package io.postern.km.ca;

import java.net.URI;
import java.util.Optional;

/// Where clients find what an authority publishes. All `http`, as CA/B S/MIME BR 7.1.2 wants: a
/// client can't verify the TLS of who tells it what to verify.
///
/// @param crl the full revocation list of the issuer, DER
/// @param issuer the issuer's certificate, DER
/// @param ocsp its responder, when there is one
public record Locations(URI crl, URI issuer, Optional<URI> ocsp) {
    /// Refuses with [IllegalArgumentException] what is no absolute `http` address with a host.
    public Locations {
        http(crl);
        http(issuer);
        ocsp.ifPresent(Locations::http);
    }

    private static void http(URI address) {
        if (!"http".equals(address.getScheme()) || address.getHost() == null) {
            throw new IllegalArgumentException(
                    address
                            + " is no http:// address: certificates name http alone (write http://HOST/...)");
        }
    }
}
