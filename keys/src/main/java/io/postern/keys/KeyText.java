package io.postern.keys;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// Private keys as other programs keep them: PEM with PKCS#1 or PKCS#8 (OpenSSL, OpenDKIM), or bare
/// base64 of DER or of an Ed25519 seed (rspamd). Parsing never throws.
final class KeyText {
    private static final int LONGEST = 64 << 10;
    private static final Pattern BLOCK =
            Pattern.compile(
                    "-----BEGIN ([A-Z0-9 ]{1,40})-----(.*?)-----END \\1-----", Pattern.DOTALL);
    private static final HexFormat HEX = HexFormat.of();
    private static final String RSA = "2a864886f70d010101";
    private static final String ED25519 = "2b6570";

    /// What else stands in a PKCS#8, for the operator's sake.
    private static final Map<String, String> NOT_FOR_DKIM =
            Map.of(
                    "2a864886f70d01010a", "an RSASSA-PSS key",
                    "2a8648ce3d0201", "an EC key",
                    "2a8648ce380401", "a DSA key",
                    "2b656e", "an X25519 key",
                    "2b6571", "an Ed448 key");

    private static final byte[] VERSION_0 = Der.element(Der.INTEGER, new byte[1]);

    private KeyText() {}

    /// What a text turned out to be.
    sealed interface Parsed {
        record Ok(KeyMaterial key) implements Parsed {}

        record Bad(String why) implements Parsed {}
    }

    static Parsed parse(String text) {
        if (text.length() > LONGEST) {
            return new Parsed.Bad("too long for a key");
        }
        if (text.isBlank()) {
            return new Parsed.Bad("no key in it: it is empty");
        }
        if (!text.contains("-----BEGIN")) {
            return bare(text);
        }
        var blocks = BLOCK.matcher(text);
        Optional<Parsed> found = Optional.empty();
        while (blocks.find()) {
            boolean isPrivate = blocks.group(1).endsWith("PRIVATE KEY");
            if (isPrivate && found.isPresent()) {
                return new Parsed.Bad("more than one private key: give one at a time");
            }
            if (isPrivate) {
                found = Optional.of(block(blocks.group(1), blocks.group(2)));
            }
        }
        return found.orElseGet(() -> new Parsed.Bad(withoutPrivate(text)));
    }

    private static String withoutPrivate(String text) {
        if (text.contains("PRIVATE KEY-----")) {
            return "damaged PEM: BEGIN and END do not match, or the END line is missing";
        }
        if (text.contains("PUBLIC KEY-----") || text.contains("CERTIFICATE-----")) {
            return "only the public half: give the private key's file";
        }
        return "no private key in this PEM";
    }

    private static Parsed block(String label, String body) {
        return switch (label) {
            case "ENCRYPTED PRIVATE KEY" -> encrypted();
            case "PRIVATE KEY" -> decoded(body).map(KeyText::pkcs8).orElseGet(KeyText::damaged);
            case "RSA PRIVATE KEY" ->
                    body.contains("ENCRYPTED")
                            ? encrypted()
                            : decoded(body).map(KeyText::pkcs1).orElseGet(KeyText::damaged);
            case "EC PRIVATE KEY" -> notForDkim("an EC key");
            case "DSA PRIVATE KEY" -> notForDkim("a DSA key");
            default ->
                    new Parsed.Bad(
                            "a " + label + " is not understood: convert it to PKCS#8 in PEM");
        };
    }

    private static Parsed encrypted() {
        return new Parsed.Bad(
                "the key is encrypted with a passphrase: decrypt it first, with `openssl pkey -in FILE`");
    }

    private static Parsed damaged() {
        return new Parsed.Bad("damaged: not the base64 of a private key");
    }

    private static Parsed notForDkim(String what) {
        return new Parsed.Bad(what + ": DKIM knows only RSA and Ed25519 (RFC 6376, RFC 8463)");
    }

    private static Optional<byte[]> decoded(String body) {
        try {
            return Optional.of(Base64.getDecoder().decode(body.replaceAll("\\s", "")));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /// rspamd: base64 without armour, of DER, of a seed, or of a seed and the public key behind it.
    private static Parsed bare(String text) {
        var octets = decoded(text);
        if (octets.isEmpty()) {
            return new Parsed.Bad("neither PEM nor base64");
        }
        return switch (octets.get().length) {
            case 32 -> seed(octets.get());
            case 64 -> seedAndPublic(octets.get());
            default -> {
                var outer = new Der(octets.get()).next(Der.SEQUENCE);
                boolean numbers =
                        outer.flatMap(in -> in.next(Der.INTEGER).flatMap(_ -> in.next(Der.INTEGER)))
                                .isPresent();
                yield outer.isEmpty()
                        ? damaged()
                        : numbers ? pkcs1(octets.get()) : pkcs8(octets.get());
            }
        };
    }

    /// RFC 8017 A.1.2, put into a PKCS#8 (RFC 5958 §2), which is what the JDK reads.
    private static Parsed pkcs1(byte[] octets) {
        var algorithm =
                Der.element(
                        Der.SEQUENCE,
                        Der.element(Der.OBJECT_IDENTIFIER, HEX.parseHex(RSA)),
                        new byte[] {5, 0});
        var key = Der.element(Der.OCTET_STRING, octets);
        return rsa(Der.element(Der.SEQUENCE, VERSION_0, algorithm, key));
    }

    private static Parsed pkcs8(byte[] octets) {
        var outer = new Der(octets);
        var inside = outer.next(Der.SEQUENCE);
        if (inside.isEmpty() || !outer.isAtEnd()) {
            return damaged();
        }
        var info = inside.get();
        var algorithm =
                info.next(Der.INTEGER)
                        .flatMap(_ -> info.next(Der.SEQUENCE))
                        .flatMap(a -> a.next(Der.OBJECT_IDENTIFIER))
                        .map(oid -> HEX.formatHex(oid.rest()));
        if (algorithm.isEmpty()) {
            return new Parsed.Bad("damaged: no algorithm in it, or only the public half");
        }
        return switch (algorithm.get()) {
            case RSA -> rsa(octets);
            case ED25519 ->
                    // RFC 8410 §7: an octet string in an octet string. Public key or attributes may
                    // follow, and are not needed.
                    info.next(Der.OCTET_STRING)
                            .flatMap(outerKey -> outerKey.next(Der.OCTET_STRING))
                            .map(Der::rest)
                            .filter(octetsOfSeed -> octetsOfSeed.length == 32)
                            .map(KeyText::seed)
                            .orElseGet(KeyText::damaged);
            default ->
                    notForDkim(NOT_FOR_DKIM.getOrDefault(algorithm.get(), "a key of another kind"));
        };
    }

    private static Parsed rsa(byte[] pkcs8) {
        KeyMaterial key;
        try {
            key = KeyMaterial.rsa(pkcs8);
        } catch (GeneralSecurityException | RuntimeException e) {
            // Unchecked too: providers throw what they like at numbers that are no key.
            return new Parsed.Bad("not a whole RSA private key: " + e.getMessage());
        }
        if (key.bits() < 1024) {
            return new Parsed.Bad(
                    "RSA with %d bits: receivers take no signature below 1024 (RFC 8301 §3.2); make a new key with `dkim new`"
                            .formatted(key.bits()));
        }
        if (key.bits() < DkimKeys.LEAST_BITS) {
            return new Parsed.Bad(
                    "RSA with %d bits is too weak to sign with today (RFC 8301 §3.2: at least 2048); make a new key with `dkim new`"
                            .formatted(key.bits()));
        }
        if (key.bits() > DkimKeys.MOST_BITS) {
            return new Parsed.Bad(
                    "RSA with %d bits: receivers need not take more than 4096 (RFC 8301 §3.2)"
                            .formatted(key.bits()));
        }
        return new Parsed.Ok(key);
    }

    private static Parsed seed(byte[] seed) {
        try {
            return new Parsed.Ok(KeyMaterial.ed25519(seed));
        } catch (GeneralSecurityException e) {
            return new Parsed.Bad("not an Ed25519 key: " + e.getMessage());
        }
    }

    private static Parsed seedAndPublic(byte[] octets) {
        var parsed = seed(Arrays.copyOf(octets, 32));
        var expected = Base64.getEncoder().encodeToString(Arrays.copyOfRange(octets, 32, 64));
        return parsed instanceof Parsed.Ok(var key) && !key.publicKey().equals(expected)
                ? new Parsed.Bad("64 octets that are not an Ed25519 seed and its public key")
                : parsed;
    }
}
