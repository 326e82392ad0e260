package io.postern.dns;

import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// A secret that a DNS server and we share, to sign messages with (TSIG, RFC 8945). Its text shows
/// the name and the algorithm, never the secret.
public final class TsigKey {
    /// How to sign. RFC 8945 §6 has MD5 and SHA-1 as well, not to be used.
    public enum Algorithm {
        HMAC_SHA224,
        HMAC_SHA256,
        HMAC_SHA384,
        HMAC_SHA512;

        /// As configurations write it, such as `hmac-sha256`.
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        /// The algorithm of that name, in any case; empty when it is unknown or not to be used.
        public static Optional<Algorithm> named(String text) {
            return Arrays.stream(values())
                    .filter(a -> a.toString().equalsIgnoreCase(text))
                    .findFirst();
        }
    }

    /// What became of a text that should be a key.
    public sealed interface Parsed {
        /// A key.
        record Ok(TsigKey key) implements Parsed {}

        /// Not a key.
        ///
        /// @param why what is wrong and what to write instead; never has the secret in it
        record Bad(String why) implements Parsed {}
    }

    /// Octets; a secret longer than the hash's block says no more than its hash (RFC 2104 §3).
    private static final int MAX_SECRET = 1024;

    /// Characters of a key file.
    private static final int MAX_FILE = 16_384;

    private static final String FORM =
            "key \"name\" { algorithm hmac-sha256; secret \"base64\"; };, as tsig-keygen writes it";

    private static final Pattern COMMENT =
            Pattern.compile("/\\*.*?\\*/|(?://|#)[^\\n]*+", Pattern.DOTALL);

    private static final Pattern KEY =
            Pattern.compile(
                    "\\s*+key\\s++(\"[^\"]*+\"|[^\\s\"{};]++)\\s*+\\{([^{}]*+)\\}\\s*+;?\\s*+");

    private static final Pattern CLAUSE =
            Pattern.compile("\\s*+(\\w++)\\s++(\"[^\"]*+\"|[^\\s\";]++)\\s*+;\\s*+");

    private final String name;
    private final Algorithm algorithm;
    private final byte[] secret;

    private TsigKey(String name, Algorithm algorithm, byte[] secret) {
        this.name = name;
        this.algorithm = algorithm;
        this.secret = secret;
    }

    /// A key of that name, which is a domain name, and secret in Base64.
    public static Parsed of(String name, String algorithm, String secret) {
        var parsedName = DnsNames.parse(name);
        if (parsedName.isEmpty()) {
            return new Parsed.Bad("the key's name is not a domain name: " + quoted(name));
        }
        var known = Algorithm.named(algorithm);
        if (known.isEmpty()) {
            return new Parsed.Bad(
                    "algorithm "
                            + quoted(algorithm)
                            + " is not supported; use one of "
                            + Arrays.toString(Algorithm.values()));
        }
        try {
            var octets = Base64.getDecoder().decode(secret);
            return octets.length == 0 || octets.length > MAX_SECRET
                    ? new Parsed.Bad("the secret must have 1 to " + MAX_SECRET + " octets")
                    : new Parsed.Ok(
                            new TsigKey(DnsNames.text(parsedName.get()), known.get(), octets));
        } catch (IllegalArgumentException e) {
            return new Parsed.Bad("the secret is not Base64");
        }
    }

    /// The key of a key file as BIND has it: `key "name" { algorithm hmac-sha256; secret "base64";
    /// };`, with comments and white space anywhere. One key and nothing else.
    public static Parsed parse(String text) {
        if (text.length() > MAX_FILE) {
            return new Parsed.Bad("longer than " + MAX_FILE + " characters; want " + FORM);
        }
        var key = KEY.matcher(withoutComments(text));
        if (!key.matches()) {
            return new Parsed.Bad("not one key; want " + FORM);
        }
        var algorithm = Optional.<String>empty();
        var secret = Optional.<String>empty();
        var body = key.group(2);
        var clause = CLAUSE.matcher(body);
        int at = 0;
        for (;
                at < body.length() && clause.region(at, body.length()).lookingAt();
                at = clause.end()) {
            var value = Optional.of(unquoted(clause.group(2)));
            switch (clause.group(1)) {
                case "algorithm" -> {
                    if (algorithm.isPresent()) {
                        return new Parsed.Bad("algorithm twice");
                    }
                    algorithm = value;
                }
                case "secret" -> {
                    if (secret.isPresent()) {
                        return new Parsed.Bad("secret twice");
                    }
                    secret = value;
                }
                default -> {
                    return new Parsed.Bad("unknown clause; want " + FORM);
                }
            }
        }
        if (!body.substring(at).isBlank()) {
            return new Parsed.Bad("a clause is not a word, a value and a semicolon; want " + FORM);
        }
        if (algorithm.isEmpty() || secret.isEmpty()) {
            return new Parsed.Bad(
                    (algorithm.isEmpty() ? "no algorithm" : "no secret") + "; want " + FORM);
        }
        return of(unquoted(key.group(1)), algorithm.get(), secret.get());
    }

    /// Comments as one blank, but not what looks like one inside quotes: `//` may stand in Base64.
    private static String withoutComments(String text) {
        var plain = new StringBuilder(text.length());
        var comment = COMMENT.matcher(text);
        boolean quoted = false;
        for (int at = 0; at < text.length(); ) {
            char c = text.charAt(at);
            if (!quoted && comment.region(at, text.length()).lookingAt()) {
                plain.append(' ');
                at = comment.end();
            } else {
                quoted ^= c == '"';
                plain.append(c);
                at++;
            }
        }
        return plain.toString();
    }

    private static String unquoted(String word) {
        return word.startsWith("\"") ? word.substring(1, word.length() - 1) : word;
    }

    private static String quoted(String text) {
        var shown = text.length() > 80 ? text.substring(0, 80) + "..." : text;
        return '"' + shown.replaceAll("[^ -~]", "?") + '"';
    }

    /// Lower case, without the trailing dot.
    public String name() {
        return name;
    }

    public Algorithm algorithm() {
        return algorithm;
    }

    byte[] secret() {
        return secret.clone();
    }

    @Override
    public String toString() {
        return "TsigKey[" + name + ", " + algorithm + ", secret not shown]";
    }
}
