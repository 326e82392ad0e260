package io.postern.km.vault;

import io.postern.km.secret.Secret;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/// Keys of what people remember: Argon2id (RFC 9106), with parameters that each slot keeps.
final class Passphrases {
    /// 64 MiB, 3 passes, one lane: RFC 9106 §4 second choice but for the lanes; half a second here.
    static final Map<String, String> DEFAULTS = Map.of("m", "65536", "t", "3", "p", "1");

    /// What a stored slot may ask for, so that a changed file can't take all memory: 2 GiB.
    private static final int MOST_MEMORY = 1 << 21;

    private Passphrases() {}

    /// The caller zeroes it.
    static byte[] key(Slot slot, Secret passphrase) {
        var parameters =
                new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                        .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                        .withMemoryAsKB(slot.number("m", 8, MOST_MEMORY))
                        .withIterations(slot.number("t", 1, 100))
                        .withParallelism(slot.number("p", 1, 16))
                        .withSalt(HexFormat.of().parseHex(slot.parameter("salt")))
                        .build();
        var generator = new Argon2BytesGenerator();
        generator.init(parameters);
        var key = new byte[32];
        var octets = passphrase.copy();
        try {
            generator.generateBytes(octets, key);
        } finally {
            Arrays.fill(octets, (byte) 0);
        }
        return key;
    }
}
