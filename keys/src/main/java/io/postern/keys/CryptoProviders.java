package io.postern.keys;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import java.security.Provider;
import java.security.Security;

/// Who computes signatures and hashes.
///
/// Measured with Temurin 25 on one core, a second: RSA-2048 signatures 3,570 with ACCP and 975 with
/// the JDK (key decoded by its own factory; 1,350 when ACCP must translate a JDK key each time);
/// Ed25519 37,300 and 1,480; SHA-256 of 64 KiB 26,500 and 27,500, of 300 octets 2.6 and 3.1
/// million: equal where it matters, so hashes are not treated apart. `Signature.getInstance` and
/// `initSign` together take 1.3 µs.
///
/// ACCP decodes Ed25519 keys only when asked to; without it every signature translates the key
/// anew, and 85,400 signatures a second become 37,300.
public final class CryptoProviders {
    /// Read by ACCP when it is loaded.
    private static final String ED25519_KEYS =
            "com.amazon.corretto.crypto.provider.registerEdKeyFactory";

    private CryptoProviders() {}

    /// What is in use.
    ///
    /// @param accelerated whether Amazon Corretto Crypto Provider computes; otherwise the JDK does,
    ///   and signing is slower
    /// @param name provider and version
    /// @param reason why it is this one, for an operator
    public record InUse(boolean accelerated, String name, String reason) {}

    /// Installs the accelerated provider before all others when its native library loads;
    /// idempotent. Call it before any key is decoded. The caller warns once when it is not
    /// accelerated.
    public static InUse install() {
        System.setProperty(ED25519_KEYS, "true");
        try {
            var accp = AmazonCorrettoCryptoProvider.INSTANCE;
            var error = accp.getLoadingError();
            if (error != null) {
                return jdk(error);
            }
            if (Security.getProvider(accp.getName()) == null) {
                accp.assertHealthy();
                // A cast, so that the verifier need not know this class: else every command would
                // load it at its start, with its signed jar checked, for a tenth of a second.
                Security.insertProviderAt(Provider.class.cast(accp), 1);
            }
            return new InUse(
                    true,
                    accp.getName() + " " + accp.getVersionStr(),
                    "its native library loads on this machine");
        } catch (LinkageError | RuntimeException e) {
            // No library for this system, or a folder for temporary files without exec: world's
            // fault, and the JDK can do all of it.
            return jdk(e);
        }
    }

    private static InUse jdk(Throwable why) {
        return new InUse(
                false,
                "JDK " + Runtime.version().feature(),
                "Amazon Corretto Crypto Provider does not load: " + why);
    }
}
