package io.postern.smtp.sasl;

/// The server's side of one exchange of a mechanism in which the client speaks first. For one
/// thread; not to be asked again after [SaslStep.Success] or [SaslStep.Failure].
@FunctionalInterface
public interface SaslMechanism {
    /// What follows from a response of the client.
    SaslStep respond(String response);
}
