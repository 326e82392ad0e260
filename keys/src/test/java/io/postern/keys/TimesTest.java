package io.postern.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.DateTimeException;
import java.time.Instant;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("times as they are kept")
class TimesTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "2026-11-22T12:00:00Z",
                "2026-11-22T23:59:59.007Z",
                "2024-02-29T00:00:00.500Z",
                "1970-01-01T00:00:00Z",
                "2026-11-22T12:00:00.123456Z",
                "-0001-01-01T00:00:00Z",
                "+12026-11-22T12:00:00Z",
                "2026-11-22T12:00:00.123456789Z"
            })
    @DisplayName("are what the clock's own reading makes of them")
    void same(String text) {
        assertEquals(Instant.parse(text), Times.parse(text));
        assertEquals(text, Times.parse(text).toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "now",
                "2026-13-22T12:00:00Z",
                "2025-02-29T12:00:00Z",
                "2026-11-22T12:00:61Z",
                "2026-11-22 12:00:00Z",
                "2026-11-22T12:00:00",
                "2026-11-22T1+:00:00Z",
                "2026-11-22T12:00:00.1x3Z"
            })
    @DisplayName("or a failure, when they are none")
    void none(String text) {
        assertThrows(DateTimeException.class, () -> Times.parse(text));
    }
}
