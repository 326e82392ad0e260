package io.postern.gateway.authentication;

import io.postern.mail.AddressList;
import io.postern.mail.Domain;
import io.postern.mail.EncodedWords;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// What a From field shows beside the truth: an address in the display name, a domain that looks
/// like another.
final class Misleading {
    /// An address as people read one, in whatever stands around it. Full-width and small forms of
    /// "@" are read as it.
    private static final Pattern ADDRESS =
            Pattern.compile(
                    "[@\\uFF20\\uFE6B]\\s?([\\p{L}\\p{N}](?:[\\p{L}\\p{M}\\p{N}.-]{0,252})\\.[\\p{L}\\p{N}-]{2,63})");

    /// Longer display names are looked at only so far; none is shown further.
    private static final int LONGEST = 2000;

    private Misleading() {}

    /// In words, for the decision record; empty when nothing misleads.
    ///
    /// @param domain the author domain of them all
    static List<String> of(List<AddressList.Entry> authors, Domain domain, LookAlikes lookAlikes) {
        var found = new ArrayList<String>();
        lookAlikes.of(domain).ifPresent(found::add);
        for (var author : authors) {
            var shown = shown(author.displayName());
            if (hasUnseen(shown)) {
                found.add("the display name has characters that are not seen");
            }
            var address = ADDRESS.matcher(shown);
            while (address.find()) {
                var other = Domain.parse(address.group(1));
                if (other.isPresent() && !related(other.get(), domain)) {
                    found.add("the display name shows an address of " + other.get());
                    break;
                }
            }
        }
        return found;
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
