package io.postern.gateway.config;

import java.time.Duration;

/// How long answers about recipients are kept.
///
/// @param known that there is such a recipient
/// @param unknown that there is none
/// @param stale how much longer a "known" answers while nobody can be asked
/// @param size answers kept at once
public record Remembering(Duration known, Duration unknown, Duration stale, int size) {}
