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
    @DisplayName("an eighth of few, 256 of many")
    void reserve() {
        assertEquals(104 - 13 - 40, admitted(new Descriptors(() -> 104, () -> 40)));
        assertEquals(4096 - 256 - 40, admitted(new Descriptors(() -> 4096, () -> 40)));
    }

    @Test
    @DisplayName("none left: nobody comes in until the next look finds some")
    void again() {
        var open = new AtomicLong(95);
        var descriptors = new Descriptors(() -> 104, open::get);
        assertFalse(descriptors.admit());
        open.set(-1);
        descriptors.look();
        assertFalse(descriptors.admit(), "it can't be counted");
        open.set(90);
        assertFalse(descriptors.admit());
        descriptors.look();
        assertTrue(descriptors.admit());
        assertFalse(descriptors.admit());
    }

    private static long admitted(Descriptors descriptors) {
        return IntStream.range(0, 10_000).takeWhile(_ -> descriptors.admit()).count();
    }
}
