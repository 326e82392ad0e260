package io.postern.auth.dmarc;

import java.util.Locale;
import java.util.Optional;

/// What a domain owner asks for mail that fails, mildest first. RFC 9989 §4.7, `p=`.
public enum DmarcPolicy {
    /// No preference; existing handling MUST NOT change (§5.4).
    NONE,
    /// Such mail is suspicious.
    QUARANTINE,
    /// Such mail is clearly not the domain's.
    REJECT;

    /// The word of a record, any case; empty when it is none.
    static Optional<DmarcPolicy> parse(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "none" -> Optional.of(NONE);
            case "quarantine" -> Optional.of(QUARANTINE);
            case "reject" -> Optional.of(REJECT);
            default -> Optional.empty();
        };
    }

    /// The word of a record, in lower case.
    public String word() {
        return switch (this) {
            case NONE -> "none";
            case QUARANTINE -> "quarantine";
            case REJECT -> "reject";
        };
    }

    /// One level below: what a domain that tests (`t=y`) expects to be applied. RFC 9989 §4.7.
    DmarcPolicy lower() {
        return switch (this) {
            case NONE, QUARANTINE -> NONE;
            case REJECT -> QUARANTINE;
        };
    }
}
