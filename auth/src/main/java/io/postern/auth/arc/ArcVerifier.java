package io.postern.auth.arc;

import io.postern.auth.dkim.DkimPolicy;
import io.postern.auth.dkim.SignatureFactory;
import io.postern.dns.Resolver;
import io.postern.mail.HeaderFields;
import java.time.Instant;
import java.util.List;

/// Verifies chains. RFC 8617 §5.2. Immutable, safe for many threads if the resolver is.
///
/// For a chain of n sets: n + 1 signatures and at most as many questions to the DNS, each name
/// once; the first that does not verify ends it. Older message signatures than the last are not
/// looked at (the optional step 5).
public final class ArcVerifier {
    /// RFC 8617 §4.2.1 allows fifty; mail passes two or three handlers, and a chain of fifty costs
    /// whoever makes it up nothing.
    public static final int STANDARD_SETS = 10;

    private final Resolver resolver;
    private final DkimPolicy policy;
    private final SignatureFactory signatures;
    private final int maxSets;

    /// Verifies chains of up to [#STANDARD_SETS] sets.
    ///
    /// @param policy which keys and forms count, as for DKIM
    public ArcVerifier(Resolver resolver, DkimPolicy policy, SignatureFactory signatures) {
        this(resolver, policy, signatures, STANDARD_SETS);
    }

    /// @param maxSets longer chains fail unverified; 1 to 50
    /// @throws IllegalArgumentException when it is outside of that
    public ArcVerifier(
            Resolver resolver, DkimPolicy policy, SignatureFactory signatures, int maxSets) {
        if (maxSets < 1 || maxSets > Chain.MAX_SETS) {
            throw new IllegalArgumentException(maxSets + " sets");
        }
        this.resolver = resolver;
        this.policy = policy;
        this.signatures = signatures;
        this.maxSets = maxSets;
    }

    /// Reads the chain of a message whose body is about to pass. Asks nothing of the DNS yet.
    ///
    /// @param now against which `t=` and `x=` of the last message signature are held
    public ArcRun start(HeaderFields header, Instant now) {
        return new ArcVerification(resolver, policy, signatures, maxSets, header, now);
    }

    /// One message being verified; confined to one thread.
    public interface ArcRun {
        /// The names whose TXT records [#finish] may ask for, to be looked up early; each once.
        List<String> keyNames();

        /// The next octets of the body, in pieces of any size. The array is not kept.
        void body(byte[] octets, int offset, int length);

        /// The result. Looks the keys up, so it may block as long as the resolver does. Call once.
        ArcResult finish();
    }
}
