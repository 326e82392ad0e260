package io.postern.km.vault;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.keys.StartSecret;
import io.postern.km.secret.KmException;
import io.postern.km.secret.Secret;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("tiers, slots and escrow")
class VaultTest {
    private static final RecordName NAME = RecordName.first("ca-key", "1", "info@example.com");
    private static final byte[] TEXT = "a private key".getBytes(StandardCharsets.US_ASCII);

    private final SecureRandom random = new SecureRandom();
    @TempDir private Path folder;

    private static String refused(Runnable act) {
        return String.valueOf(assertThrows(KmException.class, act::run).getMessage());
    }

    @Test
    @DisplayName(
            "a record opens under its own name, and under no other type, id, subject, version or epoch")
    void names() {
        var tier = TierKey.vault(Secret.random(32, random));
        var sealed = tier.seal(NAME, TEXT, random);
        assertArrayEquals(TEXT, tier.open(NAME, sealed).copy());
        for (var other :
                List.of(
                        new RecordName("escrow", "1", "info@example.com", 1, 1),
                        new RecordName("ca-key", "2", "info@example.com", 1, 1),
                        new RecordName("ca-key", "1info@", "example.com", 1, 1),
                        new RecordName("ca-key", "1", "sales@example.com", 1, 1),
                        new RecordName("ca-key", "1", "info@example.com", 2, 1),
                        new RecordName("ca-key", "1", "info@example.com", 1, 2))) {
            assertThrows(KmException.class, () -> tier.open(other, sealed), other.toString());
        }
    }

    @Test
    @DisplayName("each changed octet of a record is noticed, and each shorter one")
    void tampered() {
        var tier = TierKey.vault(Secret.random(32, random));
        var sealed = tier.seal(NAME, TEXT, random);
        for (int i = 0; i < sealed.length; i++) {
            var changed = sealed.clone();
            changed[i] ^= 1;
            assertThrows(KmException.class, () -> tier.open(NAME, changed), "octet " + i);
            var cut = Arrays.copyOf(sealed, i);
            assertThrows(KmException.class, () -> tier.open(NAME, cut), "length " + i);
        }
    }

    @Test
    @DisplayName("the tiers have nothing of each other, and another start secret is named")
    void tiers() {
        var secret = StartSecret.inFolder(folder, random);
        var sealed = TierKey.runtime(secret).seal(NAME, TEXT, random);
        assertArrayEquals(TEXT, TierKey.runtime(secret).open(NAME, sealed).copy());
        var other = Secret.random(32, random);
        assertTrue(
                refused(() -> TierKey.vault(other).open(NAME, sealed))
                        .contains("sealed under another key"));
        assertTrue(
                refused(() -> TierKey.guarded(other, other).open(NAME, sealed))
                        .contains("sealed under another key"));
    }

    @Test
    @DisplayName("the same is never sealed to the same octets")
    void fresh() {
        var tier = TierKey.vault(Secret.random(32, random));
        assertFalse(Arrays.equals(tier.seal(NAME, TEXT, random), tier.seal(NAME, TEXT, random)));
    }

    @Test
    @DisplayName("each slot gives the same keys; only the shares give the recovery secret")
    void slots() {
        var slots = new Slots("vault", random);
        try (var keys = slots.newKeys()) {
            var unseal = slots.addUnsealKey(1, keys);
            var passphrase = slots.addPassphrase(2, keys, Secret.of("correct horse".toCharArray()));
            var shares = slots.addShares(3, keys, 2, 3);
            var all =
                    List.of(unseal.slot(), passphrase, shares.slot()).stream()
                            .map(slot ->
                                    Slot.stored(
                                            slot.id(),
                                            slot.kind().word(),
                                            slot.parameters(),
                                            slot.wrapped()))
                            .toList();
            var sealed = keys.vault().seal(NAME, TEXT, random);
            var guarded = keys.guarded().orElseThrow().seal(NAME, TEXT, random);
            for (var opening :
                    List.of(
                            new Opening.ByUnsealKey(unseal.key()),
                            new Opening.ByPassphrase(Secret.of("correct horse".toCharArray())),
                            new Opening.ByShares(shares.shares().subList(1, 3)))) {
                var opened = slots.open(all, opening);
                assertArrayEquals(TEXT, opened.vault().open(NAME, sealed).copy());
                assertEquals(opening instanceof Opening.ByShares, opened.guarded().isPresent());
            }
            var opened = slots.open(all, new Opening.ByShares(shares.shares().subList(0, 2)));
            assertArrayEquals(TEXT, opened.guarded().orElseThrow().open(NAME, guarded).copy());
            assertTrue(
                    refused(() ->
                                    slots.open(
                                            all,
                                            new Opening.ByPassphrase(
                                                    Secret.of("wrong".toCharArray()))))
                            .contains("wrong passphrase"));
        }
    }

    @Test
    @DisplayName("a slot whose parameters, kind or vault were changed does not open")
    void bound() {
        var slots = new Slots("vault", random);
        try (var keys = slots.newKeys()) {
            var made = slots.addUnsealKey(1, keys);
            var opening = new Opening.ByUnsealKey(made.key());
            var wrapped = made.slot().wrapped();
            for (var changed :
                    List.of(
                            Slot.stored(2, "unseal-key", "", wrapped),
                            Slot.stored(1, "unseal-key", "x=1", wrapped),
                            Slot.stored(1, "unseal-key", "", new byte[40]))) {
                assertTrue(
                        refused(() -> slots.open(List.of(changed), opening)).contains("no more"));
            }
            assertTrue(
                    refused(() -> new Slots("other", random).open(List.of(made.slot()), opening))
                            .contains("is of vault"));
        }
    }

    @Test
    @DisplayName("a short passphrase is refused")
    void shortPassphrase() {
        var slots = new Slots("vault", random);
        try (var keys = slots.newKeys()) {
            assertTrue(
                    refused(() ->
                                    slots.addPassphrase(
                                            1, keys, Secret.of("elevenchars".toCharArray())))
                            .contains("fewer than 12"));
        }
    }

    @Test
    @DisplayName(
            "the printed unseal key is taken back in small letters; each mistyped character is noticed")
    void unsealKey() {
        var text = UnsealKey.make("K7QX", random).printed();
        for (var typed : List.of(text, text.toLowerCase(Locale.ROOT), "  " + text + "\n")) {
            switch (UnsealKey.parse(typed)) {
                case UnsealKey.Parsed.Ok(var key) -> assertEquals(text, key.printed());
                case UnsealKey.Parsed.Bad(var why) -> throw new AssertionError(why);
            }
        }
        for (int i = text.indexOf(' ') + 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '-' && c != ' ') {
                var wrong = text.substring(0, i) + (c == 'X' ? 'Y' : 'X') + text.substring(i + 1);
                assertTrue(UnsealKey.parse(wrong) instanceof UnsealKey.Parsed.Bad, wrong);
            }
        }
        for (var rubbish : List.of("", "hello", "postern-unseal-1", "x".repeat(100_000))) {
            assertTrue(UnsealKey.parse(rubbish) instanceof UnsealKey.Parsed.Bad, "rubbish");
        }
    }

    @Test
    @DisplayName("RFC 9180 a deposit opens with the private key, under its own name alone")
    void escrow() {
        var pair = Escrow.newPair(random);
        var deposit = Escrow.deposit(pair.publicKey(), NAME, TEXT, random);
        assertArrayEquals(TEXT, Escrow.open(pair, NAME, deposit).copy());
        var other = RecordName.first("ca-key", "1", "sales@example.com");
        assertTrue(refused(() -> Escrow.open(pair, other, deposit)).contains("does not open"));
        var another = Escrow.newPair(random);
        assertTrue(refused(() -> Escrow.open(another, NAME, deposit)).contains("does not open"));
        for (int length : new int[] {0, 1, 96, 97, deposit.length - 1}) {
            var cut = Arrays.copyOf(deposit, length);
            assertThrows(KmException.class, () -> Escrow.open(pair, NAME, cut));
        }
    }

    @Test
    @DisplayName("nothing secret is in what a log would print, and nothing is left after closing")
    void masked() {
        var secret = Secret.of("hidden".toCharArray());
        assertEquals("Secret[…]", secret.toString());
        secret.close();
        assertThrows(IllegalStateException.class, secret::copy);
        var key = UnsealKey.make("K7QX", random);
        assertFalse(key.toString().contains(key.printed().substring(22, 26)), key.toString());
    }
}
