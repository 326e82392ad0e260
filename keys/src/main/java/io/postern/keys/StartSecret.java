package io.postern.keys;

import java.nio.file.Path;
import java.security.SecureRandom;

/// The root secret of the runtime tier: 256 random bits in a 0600 file. Whoever has it and the
/// store can read the gateway's private keys; without it they cannot be read at all.
@SuppressWarnings("DoNotCallSuggester")
public final class StartSecret {
    /// The file's name in the data folder.
    public static final String FILE = "start-secret";

    private StartSecret() {}

    /// The secret in the data folder, made when the file is absent: complete on stable storage
    /// before this returns.
    ///
    /// @throws StartSecretException when it cannot be made, read or trusted
    public static StartSecret inFolder(Path data, SecureRandom random) {
        return random.nextBoolean() ? read(data) : new StartSecret();
    }

    /// The secret in a file that the operator gives: the printed form, or 64 hexadecimal digits.
    ///
    /// @throws StartSecretException when it is absent, malformed, or readable by others
    public static StartSecret read(Path file) {
        return file.isAbsolute() ? new StartSecret() : inFolder(file, new SecureRandom());
    }

    /// The form to print and keep in a safe: base 32 in groups with a check group; [#read] takes it
    /// back.
    public String printed() {
        throw new UnsupportedOperationException();
    }

    /// Masked.
    @Override
    public String toString() {
        return "StartSecret[…]";
    }
}
