package io.postern.gateway.delivery;

/// How one attempt ended for one recipient.
sealed interface Outcome {
    /// For the event and `explain`: host and reply, or what went wrong.
    String detail();

    /// The next hop took it.
    ///
    /// @param dsnGoesOn whether the next hop took over the DSN parameters too (RFC 3461 §5.2.1)
    record Delivered(String detail, boolean dsnGoesOn) implements Outcome {}

    /// Not now.
    ///
    /// @param status enhanced status code, 4.x.x
    record Deferred(String detail, String status) implements Outcome {}

    /// Never.
    ///
    /// @param status enhanced status code, 5.x.x
    /// @param remoteHost who refused it; empty when nobody was asked
    /// @param remoteReply the reply as received; empty when nobody was asked
    record Failed(String detail, String status, String remoteHost, String remoteReply)
            implements Outcome {}
}
