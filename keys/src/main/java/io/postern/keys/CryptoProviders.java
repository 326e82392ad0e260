package io.postern.keys;

/// Who computes signatures and hashes.
@SuppressWarnings("DoNotCallSuggester")
public final class CryptoProviders {
    private CryptoProviders() {}

    /// What is in use.
    ///
    /// @param accelerated whether Amazon Corretto Crypto Provider computes; otherwise the JDK does,
    ///   and signing is slower
    /// @param name provider and version
    /// @param reason why it is this one, for an operator
    public record InUse(boolean accelerated, String name, String reason) {}

    /// Installs the accelerated provider when its native library loads; idempotent. The caller
    /// warns once when it is not accelerated.
    public static InUse install() {
        return new InUse(false, "JDK", "");
    }
}
