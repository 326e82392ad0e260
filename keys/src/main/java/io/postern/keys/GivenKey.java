package io.postern.keys;

import io.postern.mail.Domain;
import java.security.PrivateKey;
import java.util.Locale;
import java.util.Optional;

/// A private key that an operator gives for one use, without keeping it.
///
/// @param bits 256 for Ed25519
/// @param publicKey the value of `p=` in its record
/// @param privateKey never printed
public record GivenKey(KeyType type, int bits, String publicKey, PrivateKey privateKey) {
    /// The key in a text, in any of the forms that [DkimKeys#importKey] takes.
    public static Outcome<GivenKey> parse(String text) {
        return switch (KeyText.parse(text)) {
            case KeyText.Parsed.Ok(var key) ->
                    new Outcome.Done<>(
                            new GivenKey(
                                    key.type(), key.bits(), key.publicKey(), key.privateKey()));
            case KeyText.Parsed.Bad(var why) -> new Outcome.Refused<>(why);
        };
    }

    /// Why a key can't have that selector in that domain; empty when it can.
    public static Optional<String> selectorFault(Domain domain, String selector) {
        return Selectors.fault(domain, selector.toLowerCase(Locale.ROOT));
    }

    /// Masked.
    @Override
    public String toString() {
        return "GivenKey[" + type + "]";
    }
}
