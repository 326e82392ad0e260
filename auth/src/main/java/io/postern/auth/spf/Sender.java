package io.postern.auth.spf;

import io.postern.mail.Domain;
import java.util.Optional;

/// The `<sender>` of check_host(). RFC 7208 §4.1, §4.3.
sealed interface Sender {
    /// One whose domain can be checked.
    ///
    /// @param localPart without quotes; never empty
    /// @param domain A-labels in lower case, two labels or more
    record Known(String localPart, String domain) implements Sender {
        boolean isAscii() {
            return localPart.chars().allMatch(c -> c < 0x80);
        }
    }

    /// One whose domain can't (§4.3): the result is none.
    record Unchecked(String domain, String why) implements Sender {}

    /// §4.3: for a sender without local part.
    String POSTMASTER = "postmaster";

    /// RFC 1035 §2.3.4, as text.
    int MAX_NAME = 253;

    /// RFC 7208 §2.4: the HELO identity, with the local part that it has not.
    static Sender ofHelo(String helo) {
        return of(POSTMASTER, helo);
    }

    /// A reverse-path that is not null. Without an at sign it is a domain.
    static Sender ofReversePath(String path) {
        int at = path.lastIndexOf('@');
        var localPart = at <= 0 ? POSTMASTER : unquoted(path.substring(0, at));
        return of(localPart.isEmpty() ? POSTMASTER : localPart, path.substring(at + 1));
    }

    private static Sender of(String localPart, String domain) {
        if (domain.startsWith("[")) {
            return new Unchecked(domain, "an address literal has no record");
        }
        var parsed = domain(withoutTrailingDot(domain));
        if (parsed.isEmpty()) {
            return new Unchecked(domain, "not a domain");
        }
        var name = parsed.get().name();
        int dot = name.lastIndexOf('.');
        if (dot < 0) {
            return new Unchecked(domain, "a single label, not a full domain");
        }
        // RFC 7208 §7.1 toplabel: this is an address, not a name.
        if (name.chars().skip(dot + 1L).allMatch(c -> c >= '0' && c <= '9')) {
            return new Unchecked(domain, "ends in a number, so it is no domain");
        }
        return new Known(localPart, name);
    }

    /// The HELO as macro `h` gives it: U-labels become A-labels (RFC 8616 §4), all else stays.
    static String heloAsAscii(String helo) {
        return helo.chars().allMatch(c -> c < 0x80)
                ? helo
                : domain(helo).map(Domain::name).orElse(helo);
    }

    /// No name is that long, and making A-labels of a long text is work.
    private static Optional<Domain> domain(String text) {
        return text.length() > MAX_NAME ? Optional.empty() : Domain.parse(text);
    }

    private static String withoutTrailingDot(String domain) {
        return domain.endsWith(".") ? domain.substring(0, domain.length() - 1) : domain;
    }

    /// RFC 5321 §4.1.2: the quotes of a local part are not part of it.
    private static String unquoted(String localPart) {
        int last = localPart.length() - 1;
        if (last < 1 || localPart.charAt(0) != '"' || localPart.charAt(last) != '"') {
            return localPart;
        }
        var out = new StringBuilder(last);
        for (int i = 1; i < last; i++) {
            if (localPart.charAt(i) == '\\' && i + 1 < last) {
                i++;
            }
            out.append(localPart.charAt(i));
        }
        return out.toString();
    }
}
