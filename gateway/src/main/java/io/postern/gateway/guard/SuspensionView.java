package io.postern.gateway.guard;

import java.time.Instant;

/// A suspended account.
///
/// @param kind `user`, or `client` for a host that did not authenticate
/// @param name the user's name, or the address
/// @param reason in words an operator can read out
public record SuspensionView(String kind, String name, Instant since, String reason) {}
