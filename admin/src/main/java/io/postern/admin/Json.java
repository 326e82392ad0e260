package io.postern.admin;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;

/// The JSON form of what [Operations] takes and gives: instants and durations as ISO 8601, nothing
/// for what is absent. The same over the socket and in the commands' `--json`.
public final class Json {
    private static final JsonMapper MAPPER =
            JsonMapper.builder()
                    .addModule(new Jdk8Module())
                    .addModule(new JavaTimeModule())
                    .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
                    .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
                    .defaultPropertyInclusion(
                            JsonInclude.Value.construct(
                                    JsonInclude.Include.NON_ABSENT, JsonInclude.Include.ALWAYS))
                    .build();
    private static final ObjectWriter PRETTY = MAPPER.writerWithDefaultPrettyPrinter();

    private Json() {}

    /// On one line.
    static String text(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JacksonException e) {
            throw new IllegalStateException("no JSON form: " + value.getClass(), e);
        }
    }

    /// Indented, for `--json`: people read it too.
    public static String pretty(Object value) {
        try {
            return PRETTY.writeValueAsString(value);
        } catch (JacksonException e) {
            throw new IllegalStateException("no JSON form: " + value.getClass(), e);
        }
    }

    /// The value of a JSON text; unknown keys are errors.
    ///
    /// @throws IOException when the text is not that
    static <T> T value(String text, Class<T> type) throws IOException {
        var value = MAPPER.readValue(text, type);
        if (value == null) {
            throw new IOException("null where " + type.getSimpleName() + " is expected");
        }
        return value;
    }

    /// What is wrong with a JSON text, on one line and without the text itself: it may hold a key.
    static String fault(IOException e) {
        if (e instanceof JacksonException json && json.getLocation() != null) {
            var where = json.getLocation();
            return "line "
                    + where.getLineNr()
                    + ", column "
                    + where.getColumnNr()
                    + ": "
                    + firstLine(String.valueOf(json.getOriginalMessage()));
        }
        return firstLine(String.valueOf(e.getMessage()));
    }

    private static String firstLine(String text) {
        int end = text.indexOf('\n');
        return end < 0 ? text : text.substring(0, end);
    }
}
