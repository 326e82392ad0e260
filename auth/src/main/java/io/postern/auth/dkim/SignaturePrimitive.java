package io.postern.auth.dkim;

import java.security.GeneralSecurityException;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.util.Base64;
import java.util.List;

/// Signs octets and verifies signatures over them, as RFC 6376 §3.3 and RFC 8463 §3 say. Safe for
/// many threads.
public final class SignaturePrimitive {
    private final SignatureFactory signatures;

    public SignaturePrimitive(SignatureFactory signatures) {
        this.signatures = signatures;
    }

    /// Whether the signature is that of the octets: pass, fail, or temperror when no provider has
    /// the algorithm.
    ///
    /// @param base64 the signature without white space
    /// @param steps to which the outcome is added, for people
    public DkimResult verify(
            DkimAlgorithm algorithm,
            PublicKey key,
            byte[] octets,
            String base64,
            List<String> steps) {
        var encoded = Octets.base64(base64);
        var what = "signature over " + octets.length + " octets of header: ";
        try {
            var primitive = signatures.create(algorithm.signatureName());
            primitive.initVerify(key);
            primitive.update(SignatureInput.of(algorithm, octets));
            boolean good = encoded.isPresent() && primitive.verify(encoded.get());
            steps.add(what + (good ? "verified" : "did not verify"));
            return good ? new DkimResult.Pass() : new DkimResult.Fail("signature did not verify");
        } catch (NoSuchAlgorithmException e) {
            // Ours to mend, never the message's fault.
            return new DkimResult.TempError("no provider for " + algorithm.tag());
        } catch (GeneralSecurityException | RuntimeException e) {
            // A signature that is no number of the key's size, for instance.
            steps.add(what + e);
            return new DkimResult.Fail("signature did not verify");
        }
    }

    /// The signature of the octets, in base64.
    ///
    /// @throws SigningException when the key or its provider fails: temporary
    public String sign(SigningKey key, byte[] octets) {
        try {
            var signature = signatures.create(key.algorithm().signatureName());
            signature.initSign(key.key());
            signature.update(SignatureInput.of(key.algorithm(), octets));
            return Base64.getEncoder().encodeToString(signature.sign());
        } catch (GeneralSecurityException | RuntimeException e) {
            // Providers throw unchecked exceptions of their own; whatever it is, the message can
            // wait.
            throw new SigningException("signing with " + key + " failed", e);
        }
    }
}
