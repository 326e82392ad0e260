package io.postern.km.vault;

import io.postern.km.secret.Secret;
import io.postern.km.shares.Share;
import java.util.List;

/// What somebody offers to open the vault with. Closing it zeroes what was offered.
public sealed interface Opening extends AutoCloseable {
    @Override
    void close();

    /// The machine-made key.
    record ByUnsealKey(UnsealKey key) implements Opening {
        @Override
        public void close() {
            key.close();
        }
    }

    /// What a person remembers.
    record ByPassphrase(Secret passphrase) implements Opening {
        @Override
        public void close() {
            passphrase.close();
        }
    }

    /// A token that somebody logged in to.
    record ByPkcs11(Pkcs11Token token) implements Opening {
        @Override
        public void close() {
            token.close();
        }
    }

    /// As many shares as are needed. Only these give the recovery secret.
    record ByShares(List<Share> shares) implements Opening {
        public ByShares {
            shares = List.copyOf(shares);
        }

        @Override
        public void close() {
            shares.forEach(Share::close);
        }
    }
}
