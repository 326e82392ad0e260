package io.postern.auth.spf;

/// How much a stranger's records may ask of us. RFC 7208 §4.6.4.
///
/// With the standard limits a check asks at most 123 questions: 10 `mx` terms of 1 + 10 each, the
/// reverse name with 10 addresses, the first record and the explanation.
///
/// @param terms how many of `include`, `a`, `mx`, `ptr`, `exists` and `redirect` may be evaluated
///   in one check; more is a permerror. RFC: 10
/// @param voidLookups how many of those may find nothing; more is a permerror. RFC: 2
/// @param mxHosts how many hosts of an `mx` may be looked up; more is a permerror. RFC: 10
/// @param reverseNames how many reverse names of the client are looked at; more are ignored. RFC:
///   10
/// @param recordLength octets of a record; more is a permerror (§3.4 advises under 512)
/// @param explanationLength octets of an explanation once expanded; a longer one is left out
public record SpfLimits(
        int terms,
        int voidLookups,
        int mxHosts,
        int reverseNames,
        int recordLength,
        int explanationLength) {
    /// The limits of RFC 7208 §4.6.4. A record of 8192 octets is longer than any that the common
    /// flattening services make; an explanation fits a reply line (RFC 5321 §4.5.3.1.5).
    public static final SpfLimits STANDARD = new SpfLimits(10, 2, 10, 10, 8192, 450);

    public SpfLimits {
        if (terms < 0
                || voidLookups < 0
                || mxHosts < 0
                || reverseNames < 0
                || recordLength < 0
                || explanationLength < 0) {
            throw new IllegalArgumentException("a limit is negative");
        }
    }
}
