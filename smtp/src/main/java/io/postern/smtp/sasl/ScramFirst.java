package io.postern.smtp.sasl;

import java.util.Optional;
import java.util.regex.Pattern;

/// A client-first-message. RFC 5802 §7.
///
/// @param flag `n`, `y`, or `p=` and the channel binding type
/// @param header the GS2 header as sent, both commas included
/// @param actAs the authorization identity, prepared; the user when none is given
/// @param user prepared
/// @param nonce the client's
/// @param bare the message without the header, as sent
record ScramFirst(
        String flag, String header, String actAs, String user, String nonce, String bare) {
    // RFC 5802 §7. A mandatory extension (m=) is refused (§5.1); others after the nonce are passed
    // over. printable: %x21-2B / %x2D-7E.
    private static final Pattern SYNTAX =
            Pattern.compile(
                    "((n|y|p=[A-Za-z0-9.-]{1,64}),(?:a=([^,\\x00]{1,255}))?,)"
                            + "(n=([^,\\x00]{1,255}),r=([!-+\\--~]{1,256})(?:,[A-Za-z]=[^,\\x00]++)*+)");

    static Optional<ScramFirst> parse(String text) {
        var matcher = SYNTAX.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        var user = name(matcher.group(5));
        var wanted = matcher.group(3);
        var actAs = wanted == null ? user : name(wanted);
        if (user.isEmpty() || actAs.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                new ScramFirst(
                        matcher.group(2),
                        matcher.group(1),
                        actAs.get(),
                        user.get(),
                        matcher.group(6),
                        matcher.group(4)));
    }

    // RFC 5802 §5.1: "=" only in =2C and =3D; then prepared, and not to nothing.
    private static Optional<String> name(String saslname) {
        var plain = saslname.replace("=2C", ",").replace("=3D", "\0");
        return plain.indexOf('=') >= 0
                ? Optional.empty()
                : SaslPrep.prepare(plain.replace('\0', '=')).filter(name -> !name.isEmpty());
    }
}
