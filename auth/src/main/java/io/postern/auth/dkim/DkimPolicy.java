package io.postern.auth.dkim;

import java.time.Duration;

/// What a verifier accepts, and how much work it does for one message.
///
/// @param minRsaBits a signature by a shorter key that verifies is `policy`
/// @param maxRsaBits longer keys are refused unread, for the work they make
/// @param historic whether forms that are no longer allowed are verified at all
/// @param unsignedOctets what becomes of a good signature whose `l=` leaves octets uncovered
/// @param maxSignatures signatures verified per message, top first, one key look-up each; the
///   others are `policy`
/// @param clockSkew how far `t=` may lie in the future, and how long after `x=` we still accept
public record DkimPolicy(
        int minRsaBits,
        int maxRsaBits,
        Historic historic,
        UnsignedOctets unsignedOctets,
        int maxSignatures,
        Duration clockSkew) {
    /// What becomes of forms that are no longer allowed: rsa-sha1 (RFC 8301 §3.1), and what the
    /// drafts before RFC 4871 wrote (no `v=` or `v=0.5`, `q=dns`).
    public enum Historic {
        /// permerror or neutral, without a look at the key.
        REFUSE,
        /// Verified like others. For old mail and test suites only.
        VERIFY
    }

    /// What becomes of a good signature whose `l=` leaves octets of the body uncovered.
    public enum UnsignedOctets {
        /// Anyone can append what the reader sees (RFC 6376 §8.2): `policy`.
        POLICY,
        /// `pass`, with the number of octets among the steps.
        PASS
    }

    /// RFC 8301 §3.2: 1024 bits at least; up to 4096 MUST be verified, and eight signatures by keys
    /// twice as long would cost more than ten messages. No rsa-sha1, no unsigned octets, 8
    /// signatures, 5 minutes.
    public static final DkimPolicy STANDARD =
            new DkimPolicy(
                    1024, 4096, Historic.REFUSE, UnsignedOctets.POLICY, 8, Duration.ofMinutes(5));

    /// The same for old mail: short keys and historic forms verify.
    public DkimPolicy forOldMail() {
        return new DkimPolicy(
                384, maxRsaBits, Historic.VERIFY, unsignedOctets, maxSignatures, clockSkew);
    }
}
