package io.postern.auth.dkim;

import io.postern.dns.Resolver;
import io.postern.mail.HeaderFields;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/// Verifies DKIM signatures. RFC 6376 §6. Immutable, safe for many threads if the resolver is.
public final class DkimVerifier {
    private final Resolver resolver;
    private final DkimPolicy policy;
    private final SignatureFactory signatures;

    /// Verifies with the platform's providers, in their order.
    public DkimVerifier(Resolver resolver, DkimPolicy policy) {
        this(resolver, policy, SignatureFactory.PLATFORM);
    }

    public DkimVerifier(Resolver resolver, DkimPolicy policy, SignatureFactory signatures) {
        this.resolver = resolver;
        this.policy = policy;
        this.signatures = signatures;
    }

    /// Reads the signatures of a message whose body is about to pass. Asks nothing of the DNS yet.
    ///
    /// @param now against which `t=` and `x=` are held
    public VerifyRun start(HeaderFields header, Instant now) {
        return new MessageVerification(
                new KeyLookup(resolver, policy.maxRsaBits()), policy, signatures, header, now);
    }

    /// One message being verified; confined to one thread.
    public interface VerifyRun {
        /// The next octets of the body, in pieces of any size. The array is not kept.
        void body(byte[] octets, int offset, int length);

        /// The DNS names that [#finish] will ask TXT records of, each once, so that they can be
        /// looked up while the body passes.
        Set<String> keyNames();

        /// One result per DKIM-Signature field, top first; empty when there is none. Looks the keys
        /// up, so it may block as long as the resolver does. Call once.
        List<SignatureResult> finish();
    }
}
