package io.postern.smtp.sasl;

/// What a mechanism makes of a client's response. RFC 4422 §3.
public sealed interface SaslStep {
    /// The client must respond to this.
    record Challenge(String text) implements SaslStep {}

    /// The client is this user, as the client names it, prepared ([SaslPrep]).
    record Success(String user) implements SaslStep {}

    /// It is over.
    ///
    /// @param user who the client says it is, prepared, or empty when it did not come to that
    /// @param detail for logs, never for the client; tells no secret
    record Failure(Reason reason, String user, String detail) implements SaslStep {}

    /// Why an exchange failed.
    enum Reason {
        /// Not a message of the mechanism.
        MALFORMED,
        /// Unknown user, wrong password or proof, another's name: the client can't tell which.
        CREDENTIALS,
        /// Not the channel that the client believes to be on, or a mechanism that somebody talked
        /// it down to. RFC 5802 §6.
        CHANNEL_BINDING,
        /// What knows the users can't be asked now.
        UNAVAILABLE
    }
}
