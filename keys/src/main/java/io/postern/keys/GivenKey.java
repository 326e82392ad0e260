package io.postern.keys;

import java.security.PrivateKey;

/// A private key that an operator gives for one use, without keeping it.
///
/// @param privateKey never printed
public record GivenKey(KeyType type, PrivateKey privateKey) {
    /// The key in a text, in any of the forms that [DkimKeys#importKey] takes.
    public static Outcome<GivenKey> parse(String text) {
        return switch (KeyText.parse(text)) {
            case KeyText.Parsed.Ok(var material) ->
                    new Outcome.Done<>(new GivenKey(material.type(), material.privateKey()));
            case KeyText.Parsed.Bad(var why) -> new Outcome.Refused<>(why);
        };
    }

    /// Masked.
    @Override
    public String toString() {
        return "GivenKey[" + type + "]";
    }
}
