package io.postern.keys;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.store.SqliteStore;
import io.postern.store.StoreSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("start secret")
class StartSecretTest {
    @TempDir private Path data;

    private final SecureRandom random = new SecureRandom();

    private Path write(String text, String permissions) throws IOException {
        var file = data.resolve("given");
        Files.writeString(file, text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }

    @Test
    @DisplayName("made once, for its owner alone, with nothing left beside it")
    void made() throws IOException {
        var first = StartSecret.inFolder(data, random);
        var file = data.resolve(StartSecret.FILE);
        assertEquals(
                "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        try (var files = Files.list(data)) {
            assertEquals(List.of(file), files.toList());
        }
        assertEquals(first.printed(), StartSecret.inFolder(data, random).printed());
        assertEquals(first.printed(), StartSecret.read(file).printed());
    }

    @Test
    @DisplayName("gone while the store holds keys: refused, and no new one made in its place")
    void gone() {
        try (var store = SqliteStore.open(data, StoreSettings.DEFAULTS, InstantSource.system())) {
            var first = StartSecret.of(store, data, random);
            assertEquals(first.printed(), StartSecret.of(store, data, random).printed());
            store.putValue(DkimKeys.KIND, "example.com/s", new byte[1]).join();
            assertEquals(first.printed(), StartSecret.of(store, data, random).printed());
            var file = data.resolve(StartSecret.FILE);
            assertTrue(file.toFile().delete());
            var refusal =
                    assertThrows(
                            StartSecretException.class, () -> StartSecret.of(store, data, random));
            assertTrue(refusal.toString().contains("restore it"), refusal::toString);
            assertFalse(Files.exists(file));
        }
    }

    @Test
    @DisplayName("what is printed can be typed in again, with a typist's freedoms")
    void printed() throws IOException {
        var secret = StartSecret.inFolder(data, random);
        var typed = secret.printed().toLowerCase(Locale.ROOT).replace("-", " ");
        typed = typed.replace("postern start 1", "postern-start-1");
        assertEquals(
                secret.printed(), StartSecret.read(write(typed + "\r\n", "r--------")).printed());
        assertFalse(secret.toString().contains(secret.printed().substring(20, 24)));
    }

    @Test
    @DisplayName("64 hexadecimal digits")
    void hexadecimal() throws IOException {
        var upper = StartSecret.read(write("0123456789ABCDEF".repeat(4) + "\n", "rw-------"));
        var lower = StartSecret.read(write("0123456789abcdef".repeat(4), "rw-------"));
        assertEquals(upper.printed(), lower.printed());
    }

    @Test
    @DisplayName("any secret: printed, parsed; a wrong character is noticed")
    void any() {
        var numbers = new Random(2);
        for (int i = 0; i < 500; i++) {
            var octets = new byte[32];
            numbers.nextBytes(octets);
            var text = SecretText.print(octets);
            assertArrayEquals(octets, SecretText.parse(text).orElseThrow());
            int at = 16 + numbers.nextInt(text.length() - 16);
            if (text.charAt(at) != '-' && text.charAt(at) != 'C') {
                var mistyped = text.substring(0, at) + 'C' + text.substring(at + 1);
                assertTrue(SecretText.parse(mistyped).isEmpty(), mistyped);
            }
        }
    }

    record Bad(String rule, String text, String permissions, String why) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Bad> bad() {
        var good = "ab".repeat(32);
        return Stream.of(
                new Bad("group may read", good, "rw-r-----", "chmod 600"),
                new Bad("others may read", good, "rw----r--", "chmod 600"),
                new Bad("group may write", good, "rw--w----", "chmod 600"),
                new Bad("empty", "", "rw-------", "not a start secret"),
                new Bad("too short", good.substring(2), "rw-------", "not a start secret"),
                new Bad("not hexadecimal", "x" + good.substring(1), "rw-------", "not a start"),
                new Bad("another text", "postern-start-1 ABCD", "rw-------", "not a start secret"),
                new Bad("far too long", good.repeat(100), "rw-------", "too long"));
    }

    @ParameterizedTest(name = "refused: {0}")
    @MethodSource("bad")
    void refused(Bad c) throws IOException {
        var file = write(c.text(), c.permissions());
        var refusal = assertThrows(StartSecretException.class, () -> StartSecret.read(file));
        assertTrue(refusal.toString().contains(c.why()), refusal.getMessage());
        assertTrue(refusal.toString().contains(file.toString()), refusal.getMessage());
    }

    @Test
    @DisplayName("refused: absent, a folder, no data folder")
    void absent() {
        assertThrows(StartSecretException.class, () -> StartSecret.read(data.resolve("none")));
        assertThrows(StartSecretException.class, () -> StartSecret.read(data));
        var nowhere = data.resolve("no/where");
        assertThrows(StartSecretException.class, () -> StartSecret.inFolder(nowhere, random));
    }
}
