package io.postern.auth.dkim;

/// What the signature primitive is given.
final class SignatureInput {
    private SignatureInput() {}

    /// RSA primitives hash by themselves; RFC 8463 §3 has PureEdDSA sign the SHA-256 hash.
    static byte[] of(DkimAlgorithm algorithm, byte[] input) {
        return switch (algorithm) {
            case RSA_SHA256, RSA_SHA1 -> input;
            case ED25519_SHA256 -> algorithm.hash().digest().digest(input);
        };
    }
}
