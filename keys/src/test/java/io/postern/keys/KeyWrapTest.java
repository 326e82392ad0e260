package io.postern.keys;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("RFC 5649, RFC 5869 wrapped records")
class KeyWrapTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final byte[] SECRET = "a private key".getBytes(StandardCharsets.UTF_8);
    private static final KeyWrap WRAP = wrap(1, "dkim");

    private static KeyWrap wrap(int secret, String recordClass) {
        var octets = new byte[32];
        octets[0] = (byte) secret;
        return new KeyWrap(new StartSecret(octets), recordClass, RANDOM);
    }

    @Test
    @DisplayName("opens again, of any length, also after a restart")
    void roundTrip() {
        for (int length : new int[] {0, 1, 15, 16, 17, 48, 1200, 4000}) {
            var secret = new byte[length];
            RANDOM.nextBytes(secret);
            assertArrayEquals(
                    secret, wrap(1, "dkim").unwrap("t", "n", WRAP.wrap("t", "n", secret)));
        }
    }

    @Test
    @DisplayName("twice the same secret is not twice the same record, and none shows it")
    void fresh() {
        var one = WRAP.wrap("t", "n", SECRET);
        var two = WRAP.wrap("t", "n", SECRET);
        assertFalse(Arrays.equals(one, two));
        // From the wrapped key on nothing is alike.
        assertFalse(Arrays.equals(one, 12, 52, two, 12, 52));
        var shown = new String(one, StandardCharsets.ISO_8859_1);
        assertFalse(shown.contains(new String(SECRET, StandardCharsets.ISO_8859_1)));
    }

    record Bad(String rule, Supplier<byte[]> open, UnwrapException.Cause why) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Bad> bad() {
        var record = WRAP.wrap("t", "n", SECRET);
        return Stream.of(
                new Bad(
                        "another start secret",
                        () -> wrap(2, "dkim").unwrap("t", "n", record),
                        UnwrapException.Cause.WRONG_SECRET),
                new Bad(
                        "another class",
                        () -> wrap(1, "tls").unwrap("t", "n", record),
                        UnwrapException.Cause.WRONG_SECRET),
                new Bad(
                        "another name",
                        () -> WRAP.unwrap("t", "m", record),
                        UnwrapException.Cause.TAMPERED),
                new Bad(
                        "another type",
                        () -> WRAP.unwrap("s", "n", record),
                        UnwrapException.Cause.TAMPERED),
                new Bad(
                        "type and name joined otherwise",
                        () -> WRAP.unwrap("tn", "", record),
                        UnwrapException.Cause.TAMPERED),
                new Bad(
                        "empty",
                        () -> WRAP.unwrap("t", "n", new byte[0]),
                        UnwrapException.Cause.UNKNOWN_FORMAT),
                new Bad(
                        "a newer version",
                        () -> WRAP.unwrap("t", "n", changed(record, 3)),
                        UnwrapException.Cause.UNKNOWN_FORMAT));
    }

    @ParameterizedTest(name = "does not open: {0}")
    @MethodSource("bad")
    void closed(Bad c) {
        assertEquals(c.why(), assertThrows(UnwrapException.class, c.open()::get).why());
    }

    @Test
    @DisplayName("a change of any octet is noticed, and so is any cut")
    void tampered() {
        var record = WRAP.wrap("t", "n", SECRET);
        for (int i = 0; i < record.length; i++) {
            var changed = changed(record, i);
            var cut = Arrays.copyOf(record, i);
            assertThrows(UnwrapException.class, () -> WRAP.unwrap("t", "n", changed), "at " + i);
            assertThrows(UnwrapException.class, () -> WRAP.unwrap("t", "n", cut), "cut " + i);
        }
    }

    @Test
    @DisplayName("random octets are an UnwrapException and nothing else")
    void random() {
        var numbers = new Random(3);
        var start = Arrays.copyOf(WRAP.wrap("t", "n", SECRET), 12);
        for (int i = 0; i < 5000; i++) {
            var octets = new byte[numbers.nextInt(200)];
            numbers.nextBytes(octets);
            if (numbers.nextBoolean()) {
                System.arraycopy(start, 0, octets, 0, Math.min(12, octets.length));
            }
            assertThrows(UnwrapException.class, () -> WRAP.unwrap("t", "n", octets));
        }
    }

    private static byte[] changed(byte[] record, int at) {
        var changed = record.clone();
        changed[at] ^= 1;
        return changed;
    }
}
