package io.postern.gateway.perimeter;

import java.text.Normalizer;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// Local parts in which some mail system reads a second address, and sends on to it.
final class Disguise {
    // Exchange encapsulates an address of another system as IMCEAtype-encoded.
    private static final Pattern IMCEA = Pattern.compile("imcea[a-z0-9]*-.*", Pattern.DOTALL);

    // RFC 2156 §4.1: /C=../S=../, and the list form S=..;O=..; of RFC 1685 §6.
    private static final Pattern X400_SLASHES = Pattern.compile("/[a-z0-9.:-]+=.*", Pattern.DOTALL);
    private static final Pattern X400_LIST =
            Pattern.compile("[a-z0-9.: -]+=[^;]*;.*", Pattern.DOTALL);

    // RFC 2047 §2. Some libraries decode an encoded-word inside an address.
    private static final Pattern ENCODED_WORD = Pattern.compile(".*=\\?.*\\?.*", Pattern.DOTALL);

    private Disguise() {}

    /// Why a local part is taken for one; empty when it is plain.
    static Optional<String> in(String localPart) {
        // Full-width and small forms of @, % and ! are these to whoever normalises.
        var text = normalized(localPart);
        for (int i = 0; i < text.length(); i++) {
            var why =
                    switch (text.charAt(i)) {
                        case '@' -> "a second address in the local part";
                        case '%' -> "\"%\" in the local part";
                        case '!' -> "\"!\" in the local part";
                        // Some directories and mail servers leave blanks out.
                        case ' ' -> "a blank in the local part";
                        case '<', '>', ',', ':', '\\', '"', '(', ')' ->
                                "an address inside the local part";
                        default -> "";
                    };
            if (!why.isEmpty()) {
                return Optional.of(why);
            }
        }
        if (IMCEA.matcher(text).matches()) {
            return Optional.of("an encapsulated address");
        }
        if (X400_SLASHES.matcher(text).matches() || X400_LIST.matcher(text).matches()) {
            return Optional.of("an X.400 address");
        }
        return ENCODED_WORD.matcher(text).matches()
                ? Optional.of("an encoded-word in the local part")
                : Optional.empty();
    }

    private static String normalized(String localPart) {
        for (int i = 0; i < localPart.length(); i++) {
            if (localPart.charAt(i) > 127) {
                return Normalizer.normalize(localPart, Normalizer.Form.NFKC)
                        .toLowerCase(Locale.ROOT);
            }
        }
        return localPart.toLowerCase(Locale.ROOT);
    }
}
