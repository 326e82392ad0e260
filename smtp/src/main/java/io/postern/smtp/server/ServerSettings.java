package io.postern.smtp.server;

import java.time.InstantSource;
import java.util.Optional;

/// What one listener is made of.
///
/// @param name the listener's name, for logs and [SessionFacts]
/// @param hostname how the server calls itself in the greeting and in the reply to EHLO
/// @param endpoint where it listens
/// @param limits its bounds
/// @param tls how STARTTLS is served; empty: it is not offered
/// @param clock measures sessions and data rates
public record ServerSettings(
        String name,
        String hostname,
        Endpoint endpoint,
        Limits limits,
        Optional<ServerTls> tls,
        InstantSource clock) {}
