package io.postern.km.limits;

/// Bounds of a service that is open to strangers.
///
/// @param connections at once
/// @param perClient at once of one client
/// @param rates requests of each client
public record ServiceLimits(int connections, int perClient, ClientRates rates) {
    /// With a clock of the machine's own.
    public static ServiceLimits of(int connections, int perClient, int requestsPerMinute) {
        return new ServiceLimits(
                connections, perClient, new ClientRates(requestsPerMinute, System::nanoTime));
    }
}
