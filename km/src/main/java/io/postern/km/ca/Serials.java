package io.postern.km.ca;

import java.math.BigInteger;
import java.security.SecureRandom;

/// Serial numbers: 160 bits of which the first is zero, from a generator that nobody can guess. RFC
/// 5280 §4.1.2.2 allows 20 octets and wants them positive; CA/B S/MIME BR 7.1 wants 64 random bits.
/// Never counters, so that a restored authority can't give a number twice.
final class Serials {
    private static final int BITS = 159;

    private Serials() {}

    static BigInteger next(SecureRandom random) {
        BigInteger serial;
        do {
            serial = new BigInteger(BITS, random);
        } while (serial.signum() == 0);
        return serial;
    }
}
