package io.postern.mail;

import java.util.Set;

/// The NOTIFY parameter of RCPT: for which outcomes a DSN is wanted. RFC 3461 §4.1.
///
/// @param on the outcomes; empty means NEVER
public record Notify(Set<Outcome> on) {
    /// An outcome that can be asked for.
    public enum Outcome {
        SUCCESS,
        FAILURE,
        DELAY
    }

    /// No DSN whatever happens.
    public static final Notify NEVER = new Notify(Set.of());

    public Notify {
        on = Set.copyOf(on);
    }
}
