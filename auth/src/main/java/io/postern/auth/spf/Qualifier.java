package io.postern.auth.spf;

/// What a match means. RFC 7208 §4.6.2.
enum Qualifier {
    PASS,
    FAIL,
    SOFTFAIL,
    NEUTRAL;

    /// The verdict; that of fail has no explanation yet.
    SpfVerdict verdict() {
        return switch (this) {
            case PASS -> new SpfVerdict.Pass();
            case FAIL -> new SpfVerdict.Fail("");
            case SOFTFAIL -> new SpfVerdict.SoftFail();
            case NEUTRAL -> new SpfVerdict.Neutral();
        };
    }
}
