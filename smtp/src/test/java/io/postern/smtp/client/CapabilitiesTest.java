package io.postern.smtp.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.smtp.Reply;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class CapabilitiesTest {
    private static Capabilities of(String... lines) {
        return Capabilities.parse(new Reply(250, "", List.of(lines)));
    }

    @Test
    @DisplayName("RFC 5321 §4.1.1.1: keywords in any case, the first line is none")
    void keywords() {
        var all =
                of(
                        "PIPELINING.example.com",
                        "pipelining",
                        "SIZE 1000",
                        "8BITMIME",
                        "SMTPUTF8",
                        "DSN",
                        "STARTTLS",
                        "CHUNKING",
                        "BINARYMIME",
                        "EnhancedStatusCodes",
                        "AUTH PLAIN LOGIN",
                        "");
        assertTrue(all.pipelining());
        assertTrue(all.eightBitMime());
        assertTrue(all.smtpUtf8());
        assertTrue(all.dsn());
        assertTrue(all.startTls());
        assertTrue(all.chunking());
        assertTrue(all.binaryMime());
        assertTrue(all.enhancedStatusCodes());
        assertTrue(all.size());
        assertFalse(of("PIPELINING").pipelining());
    }

    @Test
    @DisplayName("RFC 3030 §3: BINARYMIME is nothing without CHUNKING")
    void binaryMimeAlone() {
        assertFalse(of("x", "BINARYMIME").binaryMime());
    }

    private record Size(String rule, String line, OptionalLong size) {}

    @TestFactory
    Stream<DynamicTest> size() {
        return Stream.of(
                        new Size("a figure", "SIZE 1000", OptionalLong.of(1000)),
                        new Size("an equals sign", "SIZE=1000", OptionalLong.of(1000)),
                        new Size("no figure", "SIZE", OptionalLong.empty()),
                        new Size("no limit", "SIZE 0", OptionalLong.empty()),
                        new Size("not a figure", "SIZE -5", OptionalLong.empty()),
                        new Size("too long", "SIZE " + "9".repeat(30), OptionalLong.empty()))
                .map(size ->
                        DynamicTest.dynamicTest(
                                "RFC 1870 §4: " + size.rule,
                                () -> {
                                    assertEquals(size.size, of("x", size.line).maxSize());
                                    assertTrue(of("x", size.line).size());
                                }));
    }

    @Test
    @DisplayName("RFC 9422 §3, §4: LIMITS; what is not understood is not there")
    void limits() {
        var limits = of("x", "LIMITS rcptmax=20 FOO=1 MAILMAX=5");
        assertEquals(OptionalInt.of(20), limits.rcptMax());
        assertEquals(OptionalInt.of(5), limits.mailMax());
        var none = of("x", "LIMITS RCPTMAX=0 MAILMAX=9999999999 =");
        assertEquals(OptionalInt.empty(), none.rcptMax());
        assertEquals(OptionalInt.empty(), none.mailMax());
    }
}
