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
/// @param clientCertificate what the client showed in the TLS handshake; empty when it showed none,
///   or none was asked for
/// @param authenticated by AUTH; empty before
public record SessionFacts(
        String sessionId,
        String listener,
        InetSocketAddress client,
        Optional<String> heloName,
        boolean esmtp,
        Optional<String> tls,
        Optional<ClientCertificate> clientCertificate,
        Optional<Authenticated> authenticated) {
    /// Who authenticated, and how.
    ///
    /// @param user as the gateway names the user
    /// @param mechanism the SASL mechanism, such as `SCRAM-SHA-256`
    public record Authenticated(String user, String mechanism) {}

    /// Who authenticated by AUTH; empty before.
    public Optional<String> user() {
        return authenticated.map(Authenticated::user);
    }

    /// Of a session that was just accepted, in clear.
    public static SessionFacts accepted(
            String sessionId, String listener, InetSocketAddress client) {
        return new SessionFacts(
                sessionId,
                listener,
                client,
                Optional.empty(),
                false,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /// After HELO or EHLO. Who authenticated stays so (RFC 4954 §4).
    public SessionFacts greeted(String name, boolean extended) {
        return new SessionFacts(
                sessionId,
                listener,
                client,
                Optional.of(name),
                extended,
                tls,
                clientCertificate,
                authenticated);
    }

    /// After a TLS handshake. RFC 3207 §4.2: what was said in clear is forgotten, the name in EHLO
    /// and who authenticated included.
    public SessionFacts encrypted(String protocol, Optional<ClientCertificate> certificate) {
        return new SessionFacts(
                sessionId,
                listener,
                client,
                Optional.empty(),
                false,
                Optional.of(protocol),
                certificate,
                Optional.empty());
    }

    /// After AUTH.
    public SessionFacts authenticated(String user, String mechanism) {
        return new SessionFacts(
                sessionId,
                listener,
                client,
                heloName,
                esmtp,
                tls,
                clientCertificate,
                Optional.of(new Authenticated(user, mechanism)));
    }

    /// The "with" protocol type of a Received field. RFC 3848; RFC 6531 §4.3.
    public String protocol(boolean smtpUtf8) {
        if (!esmtp) {
            return "SMTP";
        }
        return (smtpUtf8 ? "UTF8SMTP" : "ESMTP")
                + (tls.isPresent() ? "S" : "")
                + (authenticated.isPresent() ? "A" : "");
    }
}
