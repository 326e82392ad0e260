package io.postern.gateway.recipients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.gateway.config.Remembering;
import io.postern.testkit.TestClock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Answers that are remembered")
class AnswerCacheTest {
    private final TestClock clock = new TestClock(Instant.parse("2026-11-22T08:00:00Z"));
    private final AnswerCache cache =
            new AnswerCache(
                    new Remembering(
                            Duration.ofHours(1), Duration.ofMinutes(5), Duration.ofHours(2), 1000),
                    clock);
    private int asked;
    private Found says = new Found.Known("directory");

    private Found ask() {
        return cache.answer(
                "a@example.com",
                () -> {
                    asked++;
                    return says;
                });
    }

    @Test
    @DisplayName("a known recipient is remembered, and the answer says how old it is")
    void known() {
        ask();
        clock.advance(Duration.ofSeconds(3599));
        assertEquals(new Found.Known("directory, asked 59m59s ago"), ask());
        assertEquals(1, asked);
        clock.advance(Duration.ofSeconds(1));
        ask();
        assertEquals(2, asked);
    }

    @Test
    @DisplayName("an unknown one for less long")
    void unknown() {
        says = new Found.Unknown("directory");
        ask();
        clock.advance(Duration.ofSeconds(299));
        assertEquals(new Found.Unknown("directory, asked 4m59s ago"), ask());
        assertEquals(1, asked);
        clock.advance(Duration.ofSeconds(1));
        ask();
        assertEquals(2, asked);
    }

    @Test
    @DisplayName("trouble is not remembered")
    void trouble() {
        says = new Found.Unavailable("down");
        assertEquals(new Found.Unavailable("down"), ask());
        assertEquals(new Found.Unavailable("down"), ask());
        assertEquals(2, asked);
    }

    @Test
    @DisplayName("an old \"known\" stands in while nobody answers, and not for ever")
    void staleKnown() {
        ask();
        says = new Found.Unavailable("down");
        clock.advance(Duration.ofHours(2));
        assertEquals(new Found.Known("directory, asked 2h ago; now down"), ask());
        assertEquals(2, asked);
        clock.advance(Duration.ofHours(1));
        assertEquals(new Found.Unavailable("down"), ask());
    }

    @Test
    @DisplayName("an old \"unknown\" never does: somebody may have come")
    void staleUnknown() {
        says = new Found.Unknown("directory");
        ask();
        says = new Found.Unavailable("down");
        clock.advance(Duration.ofMinutes(5));
        assertEquals(new Found.Unavailable("down"), ask());
    }

    @Test
    @DisplayName("who was known and is unknown now is refused, whatever is remembered")
    void gone() {
        ask();
        clock.advance(Duration.ofHours(1));
        says = new Found.Unknown("directory");
        assertEquals(new Found.Unknown("directory"), ask());
        says = new Found.Unavailable("down");
        clock.advance(Duration.ofMinutes(5));
        assertEquals(new Found.Unavailable("down"), ask());
    }

    @Test
    @DisplayName("a clock that was set back keeps nothing for longer")
    void clockBack() {
        ask();
        clock.advance(Duration.ofHours(-10));
        ask();
        assertEquals(2, asked);
    }

    @Test
    @DisplayName("its size is bounded, and what is asked for often stays")
    void bounded() {
        for (int i = 0; i < 20; i++) {
            ask();
        }
        for (int i = 0; i < 100_000; i++) {
            cache.answer("guess" + i, () -> new Found.Unknown("directory"));
            if (i % 500 == 0) {
                ask();
            }
        }
        assertTrue(cache.size() <= 1000, () -> cache.size() + " answers");
        assertEquals(1, asked);
    }
}
