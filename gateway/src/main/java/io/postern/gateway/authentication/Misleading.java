package io.postern.gateway.authentication;

import io.postern.mail.AddressList;
import io.postern.mail.Domain;
import io.postern.mail.EncodedWords;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// What a From field shows beside the truth: an address in the display name, a domain that looks
/// like another.
final class Misleading {
    /// An address as people read one, in whatever stands around it.
    private static final Pattern ADDRESS =
            Pattern.compile(
                    "@\\s*+([\\p{L}\\p{N}][\\p{L}\\p{M}\\p{N}.-]{0,252}"
                            + "\\.[\\p{L}\\p{N}][\\p{L}\\p{M}\\p{N}-]{0,61}[\\p{L}\\p{M}\\p{N}])");

    /// Longer display names are looked at only so far; none is shown further.
    private static final int LONGEST = 2000;

    private Misleading() {}

    /// In words, for the decision record; empty when nothing misleads.
    ///
    /// @param comments of the field
    /// @param domain the author domain of them all
    static List<String> of(
            List<AddressList.Entry> authors,
            List<String> comments,
            Domain domain,
            LookAlikes lookAlikes) {
        var found = new ArrayList<String>();
        lookAlikes.of(domain).ifPresent(found::add);
        var names = new ArrayList<String>();
        for (var author : authors) {
            names.add(author.displayName());
            if (hasUnseen(author.mailbox().localPart())) {
                found.add("the address has characters that are not seen");
            }
        }
        // Mail programs that know no better show them as the name.
        names.add(String.join(" ", comments));
        for (var name : names) {
            var shown = shown(name);
            if (hasUnseen(shown)) {
                found.add("the display name has characters that are not seen");
            }
            otherAddress(shown, domain)
                    .ifPresent(other -> found.add("the display name shows an address of " + other));
        }
        return found;
    }

    private static Optional<Domain> otherAddress(String shown, Domain domain) {
        return ADDRESS.matcher(plain(shown))
                .results()
                .flatMap(address -> Domain.parse(address.group(1)).stream())
                .filter(other -> !related(other, domain))
                .findFirst();
    }

    /// As it looks: without what has no width, and wide forms as the ordinary ones. RFC 3490 §3.1
    /// has the other full stops.
    private static String plain(String shown) {
        var plain = new StringBuilder(shown.length());
        Normalizer.normalize(shown, Normalizer.Form.NFKC)
                .codePoints()
                .filter(c -> Character.getType(c) != Character.FORMAT)
                .forEach(c -> plain.appendCodePoint(c == 0x3002 ? '.' : c));
        return plain.toString();
    }

    private static String shown(String displayName) {
        var decoded =
                EncodedWords.decode(
                        displayName.substring(0, Math.min(displayName.length(), 4 * LONGEST)));
        return decoded.substring(0, Math.min(decoded.length(), LONGEST));
    }

    /// A company's other sub-domain misleads nobody.
    private static boolean related(Domain shown, Domain author) {
        return shown.equals(author)
                || author.name().endsWith("." + shown.name())
                || shown.name().endsWith("." + author.name());
    }

    /// Marks that turn the direction of writing, and characters without width: they show one name
    /// and hold another.
    private static boolean hasUnseen(String text) {
        return text.codePoints()
                .anyMatch(c ->
                        (c >= 0x202A && c <= 0x202E)
                                || (c >= 0x2066 && c <= 0x2069)
                                || c == 0x200B
                                || c == 0x2060
                                || c == 0xFEFF
                                || Character.isISOControl(c));
    }
}
