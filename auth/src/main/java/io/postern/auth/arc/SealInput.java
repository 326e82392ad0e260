package io.postern.auth.arc;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.postern.auth.dkim.Canonicalization;
import io.postern.mail.HeaderField;

/// What a seal is made over: the sets in order, each results, signature, seal, relaxed, the last
/// seal without its signature and its CRLF. RFC 8617 §5.1.1. Confined to one thread.
final class SealInput {
    private final StringBuilder sets = new StringBuilder(4096);

    /// Adds a set that is sealed as it is.
    void add(HeaderField results, HeaderField signature, HeaderField seal) {
        add(set(results, signature, seal));
    }

    /// The same with a set from [#set].
    void add(String set) {
        sets.append(set);
    }

    /// A set as it is covered.
    static String set(HeaderField results, HeaderField signature, HeaderField seal) {
        return canonical(results) + canonical(signature) + canonical(seal);
    }

    /// The octets for a set that follows those added.
    ///
    /// @param unsigned the seal with an empty `b=`
    byte[] octets(HeaderField results, HeaderField signature, HeaderField unsigned) {
        var own = canonical(unsigned);
        return (sets
                        + canonical(results)
                        + canonical(signature)
                        + own.substring(0, own.length() - 2))
                .getBytes(ISO_8859_1);
    }

    private static String canonical(HeaderField field) {
        return Canonicalization.RELAXED.header(field);
    }
}
