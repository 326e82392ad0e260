package io.postern.km;

import io.postern.keys.Base32;
import io.postern.km.secret.Secret;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;

/// Files of one act and the passphrase that opens all of them.
///
/// @param passphrase machine-made: 25 characters of base 32, 125 bits
public record KeyFiles(List<KeyFile> files, Secret passphrase) implements AutoCloseable {
    private static final int CHARACTERS = 25;

    public KeyFiles {
        files = List.copyOf(files);
    }

    static Secret newPassphrase(SecureRandom random) {
        var octets = new byte[16];
        random.nextBytes(octets);
        var digits = Base32.encode(octets).substring(0, CHARACTERS);
        Arrays.fill(octets, (byte) 0);
        return Secret.of(digits.toCharArray());
    }

    @Override
    public void close() {
        files.forEach(KeyFile::close);
        passphrase.close();
    }
}
