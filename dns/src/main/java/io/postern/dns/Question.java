package io.postern.dns;

import java.io.IOException;
import java.util.random.RandomGenerator;
import org.xbill.DNS.Name;

/// The question on the wire: its case is an answer's proof that its sender has seen it
/// (draft-vixie-dnsext-dns0x20), since a forger who sees nothing would have to guess it beside id
/// and port (RFC 5452 §4).
final class Question {
    private static final int HEADER = 12;

    /// Octets of type and class.
    private static final int TAIL = 4;

    private Question() {}

    /// The name with the case of each letter by chance.
    static Name scrambled(Name name, RandomGenerator random) {
        var octets = name.toWire();
        for (int i = 0; i < octets.length; i++) {
            // Lengths of labels are 63 at most, below every letter.
            if (isLetter(octets[i]) && random.nextBoolean()) {
                octets[i] ^= 0x20;
            }
        }
        try {
            return new Name(octets);
        } catch (IOException e) {
            throw new IllegalStateException("a name of the same shape", e);
        }
    }

    /// Whether a message of twelve octets or more has no question at all, as some errors do.
    static boolean isAbsent(byte[] message) {
        return message[4] == 0 && message[5] == 0;
    }

    /// Whether the reply has the query's one question, but for the case of letters.
    static boolean isSame(byte[] query, byte[] reply) {
        return compare(query, reply, false);
    }

    /// Whether the reply has the query's one question, octet for octet.
    static boolean isIdentical(byte[] query, byte[] reply) {
        return compare(query, reply, true);
    }

    private static boolean compare(byte[] query, byte[] reply, boolean exact) {
        int tail = nameEnd(query);
        int end = tail + TAIL;
        if (reply.length < end || reply[4] != 0 || reply[5] != 1) {
            return false;
        }
        for (int i = HEADER; i < end; i++) {
            boolean same =
                    query[i] == reply[i]
                            || (!exact
                                    && i < tail
                                    && isLetter(query[i])
                                    && (query[i] ^ 0x20) == reply[i]);
            if (!same) {
                return false;
            }
        }
        return true;
    }

    /// Where the name ends in a query of our own.
    private static int nameEnd(byte[] query) {
        int at = HEADER;
        while (query[at] != 0) {
            at += query[at] + 1;
        }
        return at + 1;
    }

    private static boolean isLetter(byte octet) {
        int lower = octet | 0x20;
        return lower >= 'a' && lower <= 'z';
    }
}
