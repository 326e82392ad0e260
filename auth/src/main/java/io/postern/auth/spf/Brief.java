package io.postern.auth.spf;

import io.postern.auth.text.Visible;

/// A stranger's octets in a reason: visible, and so short that a header line can hold two of them
/// whatever they are (RFC 5322 §2.1.1, at most three octets a character).
final class Brief {
    private static final int MAX = 120;

    private Brief() {}

    static String of(String octets) {
        return octets.length() <= MAX
                ? Visible.of(octets)
                : Visible.of(octets.substring(0, MAX)) + "...";
    }
}
