package io.postern.auth.dkim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("RFC 6376 §6.1.2 keys that were read of late")
class RecentKeysTest {
    private static final String RSA = TestKeys.record(TestKeys.RSA_2048);
    private static final String ED25519 = TestKeys.record(TestKeys.ED25519);

    private static int bits(RecentKeys.Recent recent) {
        return assertInstanceOf(PublicKeys.Decoded.Ok.class, recent.decoded()).bits();
    }

    @Test
    @DisplayName("a record is decoded once, another one anew")
    void once() {
        var first = RecentKeys.read(RSA, 8192);
        assertSame(first, RecentKeys.read(RSA, 8192));
        assertEquals(2048, bits(first));
        assertEquals(256, bits(RecentKeys.read(ED25519, 8192)));
    }

    @Test
    @DisplayName("the same record is too long for who takes only shorter keys")
    void limits() {
        assertEquals(2048, bits(RecentKeys.read(RSA, 8192)));
        assertInstanceOf(PublicKeys.Decoded.Bad.class, RecentKeys.read(RSA, 1024).decoded());
    }

    @Test
    @DisplayName("whatever others publish, each is read as what it is")
    void many() {
        for (int i = 0; i < 2_000; i++) {
            var note = RecentKeys.read(RSA + "; n=" + i, 8192);
            assertEquals(2048, bits(note));
            assertInstanceOf(KeyRecord.Parsed.Bad.class, RecentKeys.read("k" + i, 8192).parsed());
        }
        assertInstanceOf(
                KeyRecord.Parsed.Bad.class, RecentKeys.read("k".repeat(100_000), 8192).parsed());
        assertInstanceOf(
                PublicKeys.Decoded.Bad.class, RecentKeys.read("v=DKIM1; p=", 8192).decoded());
    }
}
