package io.postern.smtp.server;

import java.net.InetSocketAddress;
import java.util.Optional;

/// What is known of a session now. Immutable; the server makes a new one when something changes.
///
/// @param sessionId short and unique in this process, for logs
/// @param listener the listener's name
/// @param client the peer's address
/// @param heloName the argument of HELO or EHLO as given; empty before
/// @param esmtp whether EHLO (not HELO) was used
/// @param tls protocol and cipher suite, such as `TLSv1.3 TLS_AES_256_GCM_SHA384`; empty in clear
public record SessionFacts(
        String sessionId,
        String listener,
        InetSocketAddress client,
        Optional<String> heloName,
        boolean esmtp,
        Optional<String> tls) {
    /// The "with" protocol type of a Received field. RFC 3848; RFC 6531 §4.3.
    public String protocol(boolean smtpUtf8) {
        if (!esmtp) {
            return "SMTP";
        }
        return (smtpUtf8 ? "UTF8SMTP" : "ESMTP") + (tls.isPresent() ? "S" : "");
    }
}
