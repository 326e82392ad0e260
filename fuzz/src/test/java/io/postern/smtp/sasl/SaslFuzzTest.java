package io.postern.smtp.sasl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.postern.fuzz.Seeds;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/// What a client says in AUTH, line after line: never throws, never succeeds by guessing, and
/// challenges hold nothing that could write log lines; base64 and SASLprep are stable.
class SaslFuzzTest {
    private static final ScramKeys KEYS =
            ScramKeys.of("correct horse battery", new byte[16], ScramKeys.LEAST_ITERATIONS);

    static Stream<byte[]> seeds() {
        return Seeds.texts(
                "n,,n=user,r=abc\nc=biws,r=abcNONCE,p=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
                "y,a=user,n=user,r=abc\n",
                "p=tls-exporter,,n=user,r=abc\n",
                "n,a=other,n=user,r=abc,ext=1\nc=biws,r=x,p=\n",
                "n,,n=us=2Cer=3D,r=abc\n",
                "n,,m=x,n=user,r=abc",
                "\0user\0password",
                "user\0user\0\u00ff",
                "dXNlcg==",
                "====",
                "a\u00ad\u00aa\u2168");
    }

    @MethodSource("seeds")
    @DictionaryEntries({
        "n,,n=",
        "y,,n=",
        ",r=",
        "c=biws,r=",
        "NONCE",
        ",p=",
        "p=tls-exporter",
        "=2C",
        "=3D",
        "\\x00"
    })
    @FuzzTest(maxDuration = "10m")
    void exchange(byte[] octets) {
        var utf8 = new String(octets, StandardCharsets.UTF_8);
        for (var binding : ScramServer.Binding.values()) {
            var server =
                    new ScramServer(
                            binding,
                            _ -> Optional.of(new byte[] {1, 2, 3}),
                            _ -> Optional.of(KEYS),
                            () -> "NONCE");
            utf8.lines().limit(4).forEach(line -> answered(server.respond(line)));
        }
        PlainMessage.parse(utf8)
                .ifPresent(
                        plain -> assertFalse(plain.user().isEmpty() || plain.password().isEmpty()));
        Base64Text.octets(utf8)
                .ifPresent(plain ->
                        assertArrayEquals(plain, Base64Text.octets(Base64Text.of(plain)).get()));
        SaslPrep.prepare(utf8)
                .ifPresent(ready -> assertEquals(Optional.of(ready), SaslPrep.prepare(ready)));
        ScramKeys.parse(utf8)
                .ifPresent(keys ->
                        assertEquals(
                                keys.text(),
                                ScramKeys.parse(keys.text()).map(ScramKeys::text).orElse("")));
    }

    private static void answered(SaslStep step) {
        switch (step) {
            case SaslStep.Challenge(var text) ->
                    assertTrue(text.chars().noneMatch(Character::isISOControl), text);
            case SaslStep.Success(var user) -> throw new AssertionError("guessed: " + user);
            case SaslStep.Failure(_, _, var detail) -> assertFalse(detail.isEmpty());
        }
    }
}
