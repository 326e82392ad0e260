package io.postern.km.ca;

import java.math.BigInteger;
import java.time.Instant;

/// An entry of a revocation list. RFC 5280 §5.1.2.6.
///
/// @param at since when, in whole seconds
public record Revoked(BigInteger serial, Instant at, RevocationReason reason) {
    private static final int SERIAL_BITS = 167;

    /// [IllegalArgumentException] for a serial that is negative or of more than 21 octets: RFC 5280
    /// §4.1.2.2 has 20, and some authorities count the sign.
    public Revoked {
        if (serial.signum() < 0 || serial.bitLength() > SERIAL_BITS) {
            throw new IllegalArgumentException("serial " + serial + " is not of 0 to 167 bits");
        }
    }
}
