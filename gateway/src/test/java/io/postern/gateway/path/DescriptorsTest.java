package io.postern.gateway.path;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("File descriptors kept back from strangers")
class DescriptorsTest {
    @Test
    @DisplayName("a quarter of few, 256 of many")
    void reserve() {
        assertEquals(100 - 25 - 40, admitted(new Descriptors(() -> 100, () -> 40)));
        assertEquals(4096 - 256 - 40, admitted(new Descriptors(() -> 4096, () -> 40)));
    }

    @Test
    @DisplayName("none left: nobody comes in until the next look finds some")
    void again() {
        var open = new AtomicLong(80);
        var descriptors = new Descriptors(() -> 100, open::get);
        assertFalse(descriptors.admit());
        open.set(74);
        assertFalse(descriptors.admit());
        descriptors.look();
        assertTrue(descriptors.admit());
        assertFalse(descriptors.admit());
    }

    private static long admitted(Descriptors descriptors) {
        return IntStream.range(0, 10_000).takeWhile(_ -> descriptors.admit()).count();
    }
}
