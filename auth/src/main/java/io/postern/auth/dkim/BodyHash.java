package io.postern.auth.dkim;

import java.util.OptionalLong;

/// The hash of a canonicalized body. RFC 6376 §3.7.
///
/// @param request what was asked for
/// @param base64 the hash as it stands in `bh=`
/// @param canonicalOctets octets of the whole canonicalized body, whatever the limit
public record BodyHash(Request request, String base64, long canonicalOctets) {
    /// A hash to be taken.
    ///
    /// @param limit octets of the canonicalized body that are hashed, `l=`; all when absent
    public record Request(
            Canonicalization canonicalization, HashAlgorithm algorithm, OptionalLong limit) {}

    /// Octets of the canonicalized body beyond the limit: not covered by the hash.
    public long unhashedOctets() {
        return request.limit().isPresent()
                ? Math.max(0, canonicalOctets - request.limit().getAsLong())
                : 0;
    }
}
