package io.postern.auth.dkim;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.List;

/// Canonicalizes bodies given as text.
final class Bodies {
    private Bodies() {}

    static String canonical(Canonicalization canonicalization, List<String> pieces) {
        var out = new StringBuilder();
        var canonicalizer =
                BodyCanonicalizer.of(
                        canonicalization,
                        (octets, offset, length) ->
                                out.append(new String(octets, offset, length, ISO_8859_1)));
        for (var piece : pieces) {
            var octets = piece.getBytes(ISO_8859_1);
            canonicalizer.update(octets, 0, octets.length);
        }
        long size = canonicalizer.finish();
        if (size != out.length()) {
            throw new AssertionError(size + " octets counted, " + out.length() + " handed on");
        }
        return out.toString();
    }
}
