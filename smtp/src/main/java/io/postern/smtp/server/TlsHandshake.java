package io.postern.smtp.server;

import io.postern.smtp.sasl.ChannelBindings;
import java.util.Optional;

/// What a TLS handshake came to.
///
/// @param protocol protocol and cipher suite, such as `TLSv1.3 TLS_AES_256_GCM_SHA384`
/// @param clientCertificate what the client showed, verified
/// @param bindings of this channel
record TlsHandshake(
        String protocol, Optional<ClientCertificate> clientCertificate, ChannelBindings bindings) {}
