package io.postern.gateway.recipients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("A table of recipients")
class AddressTableTest {
    private static AddressTable of(String... lines) {
        var builder = new AddressTable.Builder(AddressDigest.random(new Random(1)));
        for (var line : lines) {
            builder.add(AddressFile.entry(line).orElseThrow().normal());
        }
        return builder.build();
    }

    record Case(String rule, String line, String address, boolean matches) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("the address itself", "info@example.com", "info@example.com", true),
                new Case("another one", "info@example.com", "inf@example.com", false),
                new Case("another domain", "info@example.com", "info@example.org", false),
                new Case("a sub-domain", "info@example.com", "info@a.example.com", false),
                new Case("case of the domain", "info@EXAMPLE.com", "info@example.COM", true),
                new Case("case of the local part", "Info@example.com", "iNFO@example.com", true),
                new Case("a U-label", "info@bücher.example", "info@xn--bcher-kva.example", true),
                new Case(
                        "RFC 6532 §3.1: composed and decomposed",
                        "jose\u0301@example.com",
                        "JOSÉ@example.com",
                        true),
                new Case(
                        "a quoted local part that need not be",
                        "info@example.com",
                        "\"info\"@example.com",
                        true),
                new Case(
                        "a quoted local part that must be",
                        "\"in fo\"@example.com",
                        "\"IN FO\"@example.com",
                        true),
                new Case("a detail", "info@example.com", "info+shop@example.com", true),
                new Case("two details", "info@example.com", "info+a+b@example.com", true),
                new Case("an empty detail", "info@example.com", "info+@example.com", true),
                new Case("a detail alone", "info@example.com", "+info@example.com", false),
                new Case(
                        "what is listed with a detail is one address",
                        "info+shop@example.com",
                        "info@example.com",
                        false),
                new Case(
                        "and is known as such",
                        "info+shop@example.com",
                        "info+shop@example.com",
                        true),
                new Case("everybody", "@example.com", "whoever@example.com", true),
                new Case("everybody elsewhere", "@example.com", "whoever@example.org", false),
                new Case("everybody is no sub-domain", "@example.com", "a@b.example.com", false));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void match(Case c) {
        assertEquals(c.matches(), of(c.line()).match(Ask.address(c.address())).isPresent());
    }

    @Test
    @DisplayName("without a separator, a detail is part of the name")
    void noSeparator() {
        var mailbox = Ask.mailbox("info+shop@example.com");
        var address =
                NormalAddress.of(
                        mailbox.localPart(),
                        (io.postern.mail.Domain) mailbox.host(),
                        Optional.empty());
        assertFalse(of("info@example.com").match(address).isPresent());
    }

    @Test
    @DisplayName("a hundred thousand addresses: each is found, no other is, twice is once")
    void many() {
        var builder = new AddressTable.Builder(AddressDigest.random(new Random(2)));
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 100_000; i++) {
                builder.add("user" + i + "@example.com");
            }
        }
        var table = builder.build();
        assertEquals(100_000, table.size());
        for (int i = 0; i < 100_000; i++) {
            assertTrue(table.contains("user" + i + "@example.com"));
            assertFalse(table.contains("user" + i + "@example.net"));
        }
        // The figure that docs/recipients.md gives: at most 52 octets an address.
        assertTrue(table.octets() <= 100_000 * 52L, () -> table.octets() + " octets");
    }

    @Test
    @DisplayName("a hash that is all zeros is a hash like others")
    void zero() {
        var zero = new AddressDigest.Value(0, 0);
        var builder = new AddressTable.Builder(AddressDigest.random(new Random(3)));
        builder.add(zero).add(zero);
        assertEquals(1, builder.size());
    }
}
