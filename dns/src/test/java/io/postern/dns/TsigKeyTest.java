package io.postern.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("RFC 8945 §6, keys as key files have them")
class TsigKeyTest {
    private static final String SECRET = "c2VjcmV0//+zZWNyZXQ=";

    record Case(String rule, String text, String want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    private static final String KEY = "TsigKey[k.example.com, hmac-sha256, secret not shown]";

    static Stream<Case> cases() {
        return Stream.of(
                new Case(
                        "as tsig-keygen writes it",
                        "key \"k.example.com\" {\n\talgorithm hmac-sha256;\n\tsecret \""
                                + SECRET
                                + "\";\n};\n",
                        KEY),
                new Case(
                        "on one line, without quotes, the other way round",
                        "key K.example.com.{secret "
                                + SECRET.replace("/", "a")
                                + ";algorithm HMAC-SHA256;}",
                        KEY),
                new Case(
                        "comments of all kinds",
                        "# a\n// b\n/* c\n */key k.example.com { // d\nalgorithm/**/hmac-sha256; secret \""
                                + SECRET
                                + "\"; # e\n};",
                        KEY),
                new Case("empty", "", "not one key"),
                new Case("two keys", key("a", "hmac-sha256", SECRET).repeat(2), "not one key"),
                new Case(
                        "something after it", key("a", "hmac-sha256", SECRET) + "x", "not one key"),
                new Case("not closed", "key a { secret \"x\"; ", "not one key"),
                new Case("no secret", "key a { algorithm hmac-sha256; };", "no secret"),
                new Case("no algorithm", "key a { secret \"eA==\"; };", "no algorithm"),
                new Case("secret twice", "key a { secret eA==; secret eA==; };", "secret twice"),
                new Case("unknown clause", "key a { sekret eA==; };", "unknown clause"),
                new Case("no semicolon", "key a { secret eA== };", "a clause is not"),
                new Case(
                        "MD5",
                        key("a", "hmac-md5", SECRET),
                        "algorithm \"hmac-md5\" is not supported"),
                new Case(
                        "not Base64",
                        key("a", "hmac-sha256", "s3cr3t!"),
                        "the secret is not Base64"),
                new Case("empty secret", key("a", "hmac-sha256", ""), "the secret must have"),
                new Case(
                        "a name that is none",
                        key("a..b", "hmac-sha256", SECRET),
                        "the key's name"),
                new Case("huge", " ".repeat(20_000), "longer than"));
    }

    private static String key(String name, String algorithm, String secret) {
        return "key \"%s\" { algorithm %s; secret \"%s\"; };".formatted(name, algorithm, secret);
    }

    private static String text(TsigKey.Parsed parsed) {
        return switch (parsed) {
            case TsigKey.Parsed.Ok(var key) -> key.toString();
            case TsigKey.Parsed.Bad(var why) -> why;
        };
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    @DisplayName("a key file has one key; what is wrong is named and never shows the secret")
    void parse(Case c) {
        var got = text(TsigKey.parse(c.text()));
        assertEquals(c.want(), got.substring(0, Math.min(got.length(), c.want().length())));
        assertFalse(got.contains(SECRET) || got.contains("s3cr3t"), got);
    }

    @Test
    @DisplayName("whatever the text, it is a key or a reason")
    void random() {
        var random = new Random(8945);
        var parts =
                "key ; { } \" \"a\" algorithm hmac-sha256 secret eA== /* */ // # \n \\ \u0000"
                        .split(" ", -1);
        for (int i = 0; i < 20_000; i++) {
            var text = new StringBuilder();
            for (int n = random.nextInt(16); n >= 0; n--) {
                text.append(parts[random.nextInt(parts.length)])
                        .append(random.nextBoolean() ? " " : "");
            }
            assertNotNull(text(TsigKey.parse(text.toString())));
        }
    }
}
