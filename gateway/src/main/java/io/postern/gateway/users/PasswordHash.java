package io.postern.gateway.users;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/// A password as Argon2id keeps it, printed in the PHC string format. RFC 9106. Immutable.
///
/// Making and matching take memory and time on purpose: see [PasswordWork].
public final class PasswordHash {
    // OWASP Password Storage Cheat Sheet, its second setting: 19 MiB and two passes. The first of
    // RFC 9106 §4 (2 GiB) is not for a server that many log in to at once.
    static final int MEMORY_KIB = 19 * 1024;
    private static final int PASSES = 2;
    private static final int LANES = 1;
    static final int SALT = 16;
    private static final int TAG = 32;

    // https://github.com/P-H-C/phc-string-format: base64 without padding.
    private static final Pattern SYNTAX =
            Pattern.compile(
                    "\\$argon2id\\$v=19\\$m=([0-9]{1,7}),t=([0-9]{1,3}),p=([0-9]{1,2})"
                            + "\\$([A-Za-z0-9+/]{11,86})\\$([A-Za-z0-9+/]{22,86})");
    // What a record may ask for: one that was tampered with must not exhaust memory.
    private static final int MOST_MEMORY_KIB = 256 * 1024;
    private static final int MOST_PASSES = 20;

    private final int memory;
    private final int passes;
    private final int lanes;
    private final byte[] salt;
    private final byte[] tag;

    private PasswordHash(int memory, int passes, int lanes, byte[] salt, byte[] tag) {
        this.memory = memory;
        this.passes = passes;
        this.lanes = lanes;
        this.salt = salt;
        this.tag = tag;
    }

    /// The hash of a password.
    ///
    /// @param salt random, [#SALT] octets
    static PasswordHash of(String password, byte[] salt) {
        var tag = argon2id(password, salt, MEMORY_KIB, PASSES, LANES, TAG);
        return new PasswordHash(MEMORY_KIB, PASSES, LANES, salt.clone(), tag);
    }

    /// One that no password matches, for users who do not exist: it costs what another costs.
    static PasswordHash ofNobody() {
        return new PasswordHash(MEMORY_KIB, PASSES, LANES, new byte[SALT], new byte[TAG]);
    }

    /// The hash that [#toString]'s counterpart [#text] printed; empty when this is no such text, or
    /// asks for more than a login may cost.
    static Optional<PasswordHash> parse(String text) {
        var matcher = SYNTAX.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        int memory = Integer.parseInt(matcher.group(1));
        int passes = Integer.parseInt(matcher.group(2));
        int lanes = Integer.parseInt(matcher.group(3));
        if (lanes < 1
                || memory < 8 * lanes // RFC 9106 §3.1
                || memory > MOST_MEMORY_KIB
                || passes < 1
                || passes > MOST_PASSES) {
            return Optional.empty();
        }
        try {
            var decoder = Base64.getDecoder();
            return Optional.of(
                    new PasswordHash(
                            memory,
                            passes,
                            lanes,
                            decoder.decode(matcher.group(4)),
                            decoder.decode(matcher.group(5))));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /// `$argon2id$v=19$m=..,t=..,p=..$salt$hash`. A secret.
    String text() {
        var encoder = Base64.getEncoder().withoutPadding();
        return "$argon2id$v=19$m="
                + memory
                + ",t="
                + passes
                + ",p="
                + lanes
                + "$"
                + encoder.encodeToString(salt)
                + "$"
                + encoder.encodeToString(tag);
    }

    /// Whether it is this password's. Compared in constant time.
    boolean matches(String password) {
        var other = argon2id(password, salt, memory, passes, lanes, tag.length);
        return MessageDigest.isEqual(tag, other);
    }

    private static byte[] argon2id(
            String password, byte[] salt, int memory, int passes, int lanes, int length) {
        var generator = new Argon2BytesGenerator();
        generator.init(
                new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                        .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                        .withMemoryAsKB(memory)
                        .withIterations(passes)
                        .withParallelism(lanes)
                        .withSalt(salt)
                        .build());
        var result = new byte[length];
        generator.generateBytes(password.getBytes(StandardCharsets.UTF_8), result);
        return result;
    }

    /// Masked.
    @Override
    public String toString() {
        return "argon2id[…]";
    }
}
