package io.postern.auth.dkim;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/// How a message is signed.
///
/// @param headerCanonicalization first half of `c=`
/// @param bodyCanonicalization second half of `c=`; the body hash must have been taken with it
/// @param fields what is signed and what may not be added later
/// @param validity from signing to `x=`; no `x=` when absent. At least a second
/// @param identity `i=`, the AUID: `local@domain` or `@domain`, in clear; no `i=` when absent
public record SignOptions(
        Canonicalization headerCanonicalization,
        Canonicalization bodyCanonicalization,
        SignedFields fields,
        Optional<Duration> validity,
        Optional<String> identity) {
    /// Relaxed both ways, the standard fields, no `x=`, no `i=`.
    public static final SignOptions STANDARD =
            new SignOptions(
                    Canonicalization.RELAXED,
                    Canonicalization.RELAXED,
                    SignedFields.STANDARD,
                    Optional.empty(),
                    Optional.empty());

    public SignOptions {
        if (validity.isPresent() && validity.get().toSeconds() < 1) {
            throw new IllegalArgumentException("validity under a second");
        }
    }

    /// The same with `x=` that long after signing.
    public SignOptions withValidity(Duration duration) {
        return new SignOptions(
                headerCanonicalization,
                bodyCanonicalization,
                fields,
                Optional.of(duration),
                identity);
    }

    /// The same with `i=`.
    public SignOptions withIdentity(String auid) {
        return new SignOptions(
                headerCanonicalization, bodyCanonicalization, fields, validity, Optional.of(auid));
    }

    /// The same with `c=`.
    public SignOptions withCanonicalization(Canonicalization header, Canonicalization body) {
        return new SignOptions(header, body, fields, validity, identity);
    }

    /// The body hash to be taken for these options.
    public BodyHash.Request bodyHashRequest() {
        return new BodyHash.Request(
                bodyCanonicalization, HashAlgorithm.SHA256, OptionalLong.empty());
    }
}
