package io.postern.auth.dmarc.report;

import java.util.Locale;

/// What a receiver did with mail. RFC 9990 §3.1.1.9.
public enum Disposition {
    /// Nothing, because of DMARC; all that RFC 7489 says of mail that passes.
    NONE,
    /// Nothing: it passed, and an enforcing policy is published. New in RFC 9990.
    PASS,
    QUARANTINE,
    REJECT;

    /// The word of the XML.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
