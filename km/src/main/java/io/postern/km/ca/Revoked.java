package io.postern.km.ca;

import java.math.BigInteger;
import java.time.Instant;

/// An entry of a revocation list. RFC 5280 §5.1.2.6.
///
/// @param at since when, in whole seconds
public record Revoked(BigInteger serial, Instant at, RevocationReason reason) {}
