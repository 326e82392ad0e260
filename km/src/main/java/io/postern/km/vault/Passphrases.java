package io.postern.km.vault;

import io.postern.km.secret.KmException;
import io.postern.km.secret.Secret;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/// Keys of what people remember: Argon2id (RFC 9106), with parameters that each slot keeps.
final class Passphrases {
    /// 64 MiB, 3 passes, one lane: RFC 9106 §4 second choice but for the lanes; half a second here.
    static final Map<String, String> DEFAULTS = Map.of("m", "65536", "t", "3", "p", "1");

    /// What a stored slot may ask for, so that a changed file can't take all memory: 2 GiB.
    private static final int MOST_MEMORY = 1 << 21;

    private Passphrases() {}

    /// @throws KmException when it is too short
    static void longEnough(Secret passphrase) {
        var characters = passphrase.characters();
        int length = characters.length;
        Arrays.fill(characters, '\0');
        if (length < Slots.SHORTEST_PASSPHRASE) {
            throw new KmException(
                    "the passphrase has fewer than %d characters, and whoever has the file can try many a second: take a longer one"
                            .formatted(Slots.SHORTEST_PASSPHRASE));
        }
    }

    /// The defaults with a new salt.
    static Map<String, String> newParameters(SecureRandom random) {
        var parameters = new TreeMap<>(DEFAULTS);
        var salt = new byte[16];
        random.nextBytes(salt);
        parameters.put("salt", HexFormat.of().formatHex(salt));
        return parameters;
    }

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
