package io.postern.auth.dkim;

import io.postern.mail.Domain;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// What one DKIM-Signature field came to. As much as could be read is given even when the signature
/// is bad.
///
/// @param signingDomain the SDID, `d=`
/// @param selector `s=`, A-labels in lower case
/// @param identity the AUID: `i=` decoded, or `@` and the SDID
/// @param algorithm `a=` as written
/// @param signature `b=` without white space
/// @param keyBits bits of the key (256 for Ed25519) when one was found
/// @param testing whether the key record says `t=y`: nothing may be held against the message for
///   this signature (RFC 6376 §3.6.1)
/// @param steps each step with its inputs, in order, for people
public record SignatureResult(
        DkimResult result,
        Optional<Domain> signingDomain,
        Optional<String> selector,
        Optional<String> identity,
        Optional<String> algorithm,
        Optional<String> signature,
        OptionalInt keyBits,
        boolean testing,
        List<String> steps) {
    public SignatureResult {
        steps = List.copyOf(steps);
    }

    /// Whether the signature verified and is acceptable.
    public boolean passed() {
        return result instanceof DkimResult.Pass;
    }
}
