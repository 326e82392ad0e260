package io.postern.smtp.sasl;

import java.util.Optional;
import java.util.regex.Pattern;

/// A client-final-message. RFC 5802 §7.
///
/// @param bound `c=`: the GS2 header and the binding data, in base64, of which there is one
///   spelling
/// @param nonce `r=`: the client's and the server's
/// @param proof `p=`, in base64
/// @param withoutProof all before `,p=`, as sent
record ScramFinal(String bound, String nonce, String proof, String withoutProof) {
    // RFC 5802 §7; extensions between nonce and proof are passed over.
    private static final Pattern SYNTAX =
            Pattern.compile(
                    "(c=([A-Za-z0-9+/=]{1,1024}),r=([!-+\\--~]{1,512})(?:,[A-Zabd-oq-z]=[^,\\x00]++)*+)"
                            + ",p=([A-Za-z0-9+/=]{1,128})");

    static Optional<ScramFinal> parse(String text) {
        var matcher = SYNTAX.matcher(text);
        if (!matcher.matches()
                || Base64Text.octets(matcher.group(2)).isEmpty()
                || Base64Text.octets(matcher.group(4)).isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                new ScramFinal(
                        matcher.group(2), matcher.group(3), matcher.group(4), matcher.group(1)));
    }
}
