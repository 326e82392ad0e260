package io.postern.keys;

import io.postern.mail.Domain;
import io.postern.store.MessageStore;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The DKIM keys of all domains: kept in the store, private halves wrapped, and those that sign
/// kept ready in memory. Safe for many threads.
@SuppressWarnings("DoNotCallSuggester")
public final class DkimKeys {
    /// The kind of their values in the store.
    public static final String KIND = "dkim-key";

    /// RFC 8301 §3.2 asks for at least 1024 and recommends 2048.
    public static final int DEFAULT_BITS = 2048;

    /// Reads all keys from the store.
    ///
    /// @throws UnwrapException when one that signs does not open under this start secret
    public DkimKeys(
            MessageStore store, StartSecret secret, InstantSource clock, SecureRandom random) {
        throw new UnsupportedOperationException(store.toString() + secret + clock + random);
    }

    /// Makes a key of each algorithm and puts it to use at once, without looking at the DNS.
    ///
    /// @param domain any case, A-labels or U-labels
    /// @param selector only with one algorithm; otherwise such as `r20261122a` and `e20261122a`
    /// @param bits of the RSA key: 2048 to 4096
    public Outcome<List<DkimKey>> create(
            String domain, Set<DkimAlgorithm> algorithms, Optional<String> selector, int bits) {
        throw new UnsupportedOperationException(domain + algorithms + selector + bits);
    }

    /// Takes over a key made elsewhere, and puts it to use at once.
    ///
    /// @param pem PKCS#1 or PKCS#8 in PEM, or the base64 of a 32-octet Ed25519 seed
    public Outcome<DkimKey> importKey(String domain, String selector, String pem) {
        throw new UnsupportedOperationException(domain + selector + pem.length());
    }

    /// All keys, by domain and selector.
    public List<DkimKey> list() {
        throw new UnsupportedOperationException();
    }

    /// The keys of one domain, by selector; may be empty.
    public List<DkimKey> list(Domain domain) {
        throw new UnsupportedOperationException(domain.name());
    }

    public Optional<DkimKey> find(Domain domain, String selector) {
        throw new UnsupportedOperationException(domain.name() + selector);
    }

    /// The records that must be in the DNS for a domain's keys, by selector.
    public List<DkimRecord> records(Domain domain) {
        throw new UnsupportedOperationException(domain.name());
    }

    /// The keys that sign for a domain now, RSA first; empty when there are none. Costs a map
    /// look-up.
    public List<ReadySigningKey> signingKeys(Domain domain) {
        throw new UnsupportedOperationException(domain.name());
    }

    /// Moves a key to another state.
    ///
    /// @param cause who or what, in words
    public Outcome<DkimKey> move(
            Domain domain, String selector, DkimKey.State state, String cause) {
        throw new UnsupportedOperationException(domain.name() + selector + state + cause);
    }

    /// Reads all keys anew, for when another program changed them.
    public void reload() {
        throw new UnsupportedOperationException();
    }
}
