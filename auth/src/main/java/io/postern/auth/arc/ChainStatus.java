package io.postern.auth.arc;

import java.util.Locale;
import java.util.Optional;

/// What a sealer said of the chain that it found: `cv=`. RFC 8617 §4.4.
public enum ChainStatus {
    NONE,
    PASS,
    FAIL;

    static Optional<ChainStatus> parse(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "none" -> Optional.of(NONE);
            case "pass" -> Optional.of(PASS);
            case "fail" -> Optional.of(FAIL);
            default -> Optional.empty();
        };
    }

    /// The word in `cv=`.
    public String word() {
        return switch (this) {
            case NONE -> "none";
            case PASS -> "pass";
            case FAIL -> "fail";
        };
    }
}
