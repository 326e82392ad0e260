package io.postern.gateway.takeover;

import java.util.Locale;

/// Patterns in which only `*` is special: OpenDKIM's `refile` tables and rspamd's `glob` maps.
final class Wildcard {
    private Wildcard() {}

    /// Whether the pattern fits the whole text, without case. Takes time of at most the product of
    /// their lengths.
    static boolean fits(String pattern, String text) {
        var p = pattern.toLowerCase(Locale.ROOT);
        var t = text.toLowerCase(Locale.ROOT);
        int at = 0;
        int star = -1;
        int retry = 0;
        for (int i = 0; i < t.length(); ) {
            if (at < p.length() && p.charAt(at) == '*') {
                star = at++;
                retry = i;
            } else if (at < p.length() && p.charAt(at) == t.charAt(i)) {
                at++;
                i++;
            } else if (star >= 0) {
                at = star + 1;
                i = ++retry;
            } else {
                return false;
            }
        }
        while (at < p.length() && p.charAt(at) == '*') {
            at++;
        }
        return at == p.length();
    }
}
