package io.postern.gateway.seen;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.util.Optional;

/// The form in which messages that were seen are stored: JSON, on one line.
final class SeenText {
    private static final JsonMapper MAPPER =
            JsonMapper.builder()
                    .addModule(new Jdk8Module())
                    .addModule(new JavaTimeModule())
                    .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
                    .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .defaultPropertyInclusion(
                            JsonInclude.Value.construct(
                                    JsonInclude.Include.NON_ABSENT, JsonInclude.Include.ALWAYS))
                    .build();

    private SeenText() {}

    static String write(SeenMessage message) {
        try {
            return MAPPER.writeValueAsString(message);
        } catch (JacksonException e) {
            throw new IllegalStateException("no JSON form of a message", e);
        }
    }

    /// Empty when the text is none, or of a later version that is not known here.
    static Optional<SeenMessage> read(String text) {
        try {
            return Optional.ofNullable(MAPPER.readValue(text, SeenMessage.class));
        } catch (JacksonException _) {
            return Optional.empty();
        }
    }
}
