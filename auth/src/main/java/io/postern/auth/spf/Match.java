package io.postern.auth.spf;

/// Whether a mechanism is about the client. RFC 7208 §4.6.2.
sealed interface Match {
    /// It is: the qualifier decides.
    record Yes() implements Match {}

    /// It is not: on to the next.
    record No() implements Match {}

    /// It can't be told: the whole check ends with temperror or permerror.
    record Ends(SpfVerdict verdict) implements Match {}
}
