package io.postern.smtp.client;

import java.util.Optional;

/// What is known of a connection's TLS.
///
/// @param protocol such as `TLSv1.3`
/// @param cipherSuite such as `TLS_AES_256_GCM_SHA384`
/// @param unverified why the peer's certificate proves nothing; empty when chain and name were good
public record TlsFacts(String protocol, String cipherSuite, Optional<String> unverified) {
    /// On one line: `TLSv1.3 TLS_AES_256_GCM_SHA384 verified`.
    @Override
    public String toString() {
        return protocol
                + " "
                + cipherSuite
                + unverified.map(why -> " unverified (" + why + ")").orElse(" verified");
    }
}
