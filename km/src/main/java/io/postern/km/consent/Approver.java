package io.postern.km.consent;

import io.postern.keys.Base32;
import io.postern.km.secret.KmException;
import io.postern.km.secret.Octets;
import java.util.Base64;
import java.util.Locale;
import java.util.regex.Pattern;

/// Somebody who may agree to acts, by the public half of their key.
///
/// @param name short, in lower case: `anna`
/// @param publicKey 32 octets of Ed25519
public record Approver(String name, Octets publicKey) {
    /// How the printed form of the key begins.
    public static final String PREFIX = "postern-approver-1";

    private static final int DIGITS = (Ed25519.PUBLIC * 8 + 4) / 5;
    private static final int CHECK = 8;
    private static final int LONGEST = 300;
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,39}");

    /// @throws KmException when the name is none, or the key has another length
    public Approver {
        name = named(name);
        if (publicKey.copy().length != Ed25519.PUBLIC) {
            throw new KmException("the public key of %s has not 32 octets".formatted(name));
        }
    }

    /// A name, in lower case.
    ///
    /// @throws KmException when it is none
    public static String named(String text) {
        var name = text.toLowerCase(Locale.ROOT);
        if (!NAME.matcher(name).matches()) {
            throw new KmException(
                    "an approver's name has up to 40 letters, digits, dots, hyphens and underscores, such as anna.example");
        }
        return name;
    }

    /// What [#of] takes back; the check is over the name as well, so that a key is not added under
    /// another's.
    public String printed() {
        var digits = Base32.encode(publicKey.copy());
        return PREFIX + "-" + Base32.grouped(digits + check(name, digits));
    }

    private static String check(String name, String digits) {
        return Base32.check(PREFIX + "|" + name + "|" + digits, CHECK);
    }

    /// Of a name and a printed key, as an operator typed them.
    ///
    /// @throws KmException when they do not belong together, or are mistyped
    public static Approver of(String name, String printed) {
        var bare = printed.strip();
        if (bare.length() > LONGEST || !bare.regionMatches(true, 0, PREFIX, 0, PREFIX.length())) {
            throw new KmException(
                    "that is no approver's public key: it begins with %s; `postern km approver new` prints it"
                            .formatted(PREFIX));
        }
        var digits = Base32.typed(bare.substring(PREFIX.length()));
        var key =
                digits.length() == DIGITS + CHECK
                        ? Base32.decode(digits.substring(0, DIGITS))
                        : java.util.Optional.<byte[]>empty();
        if (key.isEmpty()
                || !check(named(name), digits.substring(0, DIGITS))
                        .equals(digits.substring(DIGITS))) {
            throw new KmException(
                    "name and public key of %s do not belong together: compare both with what `postern km approver new` printed"
                            .formatted(named(name)));
        }
        return new Approver(name, new Octets(key.get()));
    }

    /// Whether a signature is by this approver over that request.
    ///
    /// @param signature in base 64; anything else is none
    public boolean vouches(ActRequest request, String signature) {
        try {
            return Ed25519.verify(
                    publicKey, request.signed(), Base64.getDecoder().decode(signature));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
