package io.postern.km;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/// What an act touches outside itself.
///
/// @param data the gateway's data folder; key management has `km` in it
/// @param clock asked once an act
/// @param random of all keys, serial numbers and nonces
/// @param actor who acts, for the audit: the system's name of the user
/// @param steps told of each step
public record World(
        Path data, InstantSource clock, SecureRandom random, String actor, Steps steps) {
    /// The folder of key management in the data folder.
    public static final String FOLDER = "km";

    /// Where everything is.
    public Path folder() {
        return data.resolve(FOLDER);
    }

    /// In whole seconds, as certificates and lists have it.
    Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.SECONDS);
    }
}
