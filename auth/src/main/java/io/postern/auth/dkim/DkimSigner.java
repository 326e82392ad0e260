package io.postern.auth.dkim;

import io.postern.mail.HeaderField;
import io.postern.mail.HeaderFields;
import java.time.Instant;
import java.util.List;

/// Makes DKIM-Signature header fields. RFC 6376 §5. Immutable, safe for many threads.
public final class DkimSigner {
    private final SignatureFactory signatures;

    /// Signs with the platform's providers, in their order.
    public DkimSigner() {
        this(SignatureFactory.PLATFORM);
    }

    public DkimSigner(SignatureFactory signatures) {
        this.signatures = signatures;
    }

    /// One DKIM-Signature field per key, in the order of the keys, to be put above all fields of
    /// the header section that was signed. Lines are at most 78 octets long unless a name is
    /// longer.
    ///
    /// @param header as it will leave, but for fields added above
    /// @param bodyHash of the body as it will leave, taken for these options
    /// @param now becomes `t=`
    /// @throws SigningException when the key or its provider fails: temporary
    /// @throws IllegalArgumentException when the hash was not taken for these options: our bug
    public List<HeaderField> sign(
            HeaderFields header,
            BodyHash bodyHash,
            List<SigningKey> keys,
            SignOptions options,
            Instant now) {
        if (keys.isEmpty()) {
            return List.of();
        }
        throw new UnsupportedOperationException(signatures.toString());
    }
}
