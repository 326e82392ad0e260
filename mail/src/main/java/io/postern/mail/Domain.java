package io.postern.mail;

import java.net.IDN;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// A domain name: lower-case A-labels joined by dots, without a trailing dot. RFC 5890 §2.3.2.1.
///
/// U-labels are turned into A-labels by the JDK, which knows IDNA2003 (RFC 3490, Unicode 3.2) and
/// not IDNA2008 (RFC 5891): a U-label with newer characters is not taken, and one with a character
/// that the two read differently (sharp s, final sigma, the zero-width joiners) is not taken
/// either, because mail would go to another domain. Written as A-labels, every domain is taken.
///
/// @param name never empty, at most 253 octets, labels of 1 to 63 octets of letters, digits,
///   hyphen, underscore
public record Domain(String name) implements Host {
    // UTS #46 §1.3, the deviation characters. IDNA2003 makes "ss" of sharp s: another domain.
    private static final Pattern DEVIATION = Pattern.compile("[\u00DF\u1E9E\u03C2\u200C\u200D]");

    /// The domain of a text in A-labels or U-labels, any case; empty when it is not one.
    public static Optional<Domain> parse(String text) {
        if (isAscii(text)) {
            return checked(text.toLowerCase(Locale.ROOT));
        }
        if (DEVIATION.matcher(text).find()) {
            return Optional.empty();
        }
        String ascii;
        try {
            ascii = IDN.toASCII(text).toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        return checked(ascii);
    }

    private static Optional<Domain> checked(String ascii) {
        return isName(ascii) ? Optional.of(new Domain(ascii)) : Optional.empty();
    }

    /// Labels of 1 to 63 letters, digits, hyphens and underscores, no hyphen at either end. RFC
    /// 1035 §2.3.1, §2.3.4; the underscore is for names such as those of RFC 8552.
    private static boolean isName(String ascii) {
        int length = ascii.length();
        if (length == 0 || length > 253) {
            return false;
        }
        int start = 0;
        for (int i = 0; i <= length; i++) {
            char c = i < length ? ascii.charAt(i) : '.';
            if (c == '.') {
                if (i == start
                        || i - start > 63
                        || ascii.charAt(start) == '-'
                        || ascii.charAt(i - 1) == '-') {
                    return false;
                }
                start = i + 1;
            } else if (!((c >= 'a' && c <= 'z')
                    || (c >= '0' && c <= '9')
                    || c == '-'
                    || c == '_')) {
                return false;
            }
        }
        return true;
    }

    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 127) {
                return false;
            }
        }
        return true;
    }

    /// The domain of a text known to be one.
    ///
    /// @throws IllegalArgumentException when it is not: a bug of the caller's
    public static Domain of(String text) {
        return parse(text).orElseThrow(() -> new IllegalArgumentException("not a domain: " + text));
    }

    @Override
    public String toString() {
        return name;
    }
}
