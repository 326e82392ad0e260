package io.postern.auth.dkim;

import java.util.List;
import java.util.Optional;

/// A key record: the TXT record that publishes the public half of a key. RFC 6376 §3.6.1.
///
/// @param hashes `h=`: words of the hashes that may be used; all when absent
/// @param keyType `k=`, `rsa` when not given; may be one we do not know
/// @param notes `n=` as written
/// @param publicKey `p=`, base64 without white space; empty when the key is revoked
/// @param services `s=`, `*` when not given
/// @param flags `t=`; unknown ones are kept and mean nothing
public record KeyRecord(
        Optional<List<String>> hashes,
        String keyType,
        Optional<String> notes,
        String publicKey,
        List<String> services,
        List<String> flags) {
    /// What a text was read as.
    public sealed interface Parsed {
        /// A key record, revoked or not.
        record Ok(KeyRecord key) implements Parsed {}

        /// Not one.
        record Bad(String why) implements Parsed {}
    }

    /// What the key of a record is worth.
    public sealed interface Strength {
        /// A key of so many bits; 256 for Ed25519.
        record Bits(int bits) implements Strength {}

        /// `p=` is no key of that type.
        record None(String why) implements Strength {}
    }

    public KeyRecord {
        hashes = hashes.map(List::copyOf);
        services = List.copyOf(services);
        flags = List.copyOf(flags);
    }

    /// Reads a TXT record, its character-strings joined. Never throws.
    public static Parsed parse(String text) {
        return switch (TagList.parse(text)) {
            case TagList.Parsed.Ok(var tags) -> read(tags);
            case TagList.Parsed.Bad(int at, var why) -> new Parsed.Bad(why + " at octet " + at);
        };
    }

    private static Parsed read(TagList tags) {
        var version = tags.value("v");
        // §3.6.1: if there, MUST be the first tag and DKIM1; else the record MUST be discarded.
        if (version.isPresent()
                && !(tags.names().iterator().next().equals("v") && version.get().equals("DKIM1"))) {
            return new Parsed.Bad("v= is not first or not DKIM1");
        }
        var publicKey = tags.compact("p");
        if (publicKey.isEmpty()) {
            return new Parsed.Bad("no p=");
        }
        return new Parsed.Ok(
                new KeyRecord(
                        tags.elements("h"),
                        tags.compact("k").orElse("rsa"),
                        tags.value("n"),
                        publicKey.get(),
                        tags.elements("s").orElse(List.of("*")),
                        tags.elements("t").orElse(List.of())));
    }

    /// Whether the key was taken back: an empty `p=`.
    public boolean isRevoked() {
        return publicKey.isEmpty();
    }

    /// `t=y`: the domain is testing DKIM.
    public boolean isTesting() {
        return has(flags, "y");
    }

    /// `t=s`: the domain of `i=` must be that of `d=`, not below it.
    public boolean isStrictIdentity() {
        return has(flags, "s");
    }

    /// Whether the key is for e-mail.
    public boolean isForEmail() {
        return has(services, "*") || has(services, "email");
    }

    /// Whether signatures with that hash may be made with the key.
    public boolean allows(HashAlgorithm hash) {
        return hashes.isEmpty() || has(hashes.get(), hash.tag());
    }

    /// How long the key of a record is that is not revoked. Never throws.
    ///
    /// @param maxRsaBits longer keys are not decoded
    public Strength strength(int maxRsaBits) {
        return switch (PublicKeys.decode(this, maxRsaBits)) {
            case PublicKeys.Decoded.Ok(_, int bits) -> new Strength.Bits(bits);
            case PublicKeys.Decoded.Bad(var why) -> new Strength.None(why);
        };
    }

    private static boolean has(List<String> words, String word) {
        return words.stream().anyMatch(word::equalsIgnoreCase);
    }
}
