package io.postern.smtp.sasl;

import java.util.Optional;

/// What names the TLS channel that a session runs over, by channel binding type. RFC 5056.
@FunctionalInterface
public interface ChannelBindings {
    /// RFC 9266 §2.
    String TLS_EXPORTER = "tls-exporter";

    /// RFC 5929 §4.
    String TLS_SERVER_END_POINT = "tls-server-end-point";

    /// A session in clear.
    ChannelBindings NONE = _ -> Optional.empty();

    /// The binding data of that type (`tls-exporter`), a fresh array; empty when this channel has
    /// none.
    Optional<byte[]> of(String type);
}
