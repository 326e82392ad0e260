package io.postern.keys.life;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("five years of a thousand domains")
class FiveYearsTest {
    /// Fewer make a quick look while something is changed: `-Dpostern.life.domains=20`.
    private static final int DOMAINS = Integer.getInteger("postern.life.domains", 1000);

    private static final int WORLDS = 4;

    @Test
    @DisplayName(
            "every message in flight verifies until its queue lifetime and seven days are over")
    void everyMessageVerifies() {
        // In four worlds, for there are several processors.
        var lived =
                IntStream.range(0, WORLDS)
                        .parallel()
                        .mapToObj(world -> new FiveYears(DOMAINS / WORLDS, 20261122 + world))
                        .peek(FiveYears::run)
                        .toList();
        assertEquals(WORLDS, List.copyOf(lived).size());
    }
}
