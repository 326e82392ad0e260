package io.postern.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.gateway.config.Config;
import io.postern.gateway.config.ConfigException;
import io.postern.gateway.config.ConfigReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Rules over a real socket, before and after a reload.
@DisplayName("rules in the dialogue")
@Timeout(60)
class RulesInDialogueTest {
    private static final String RULES =
            """
            [[rule]]
            name = "no-spam-house"
            stage = "mail"
            when = 'reverse_path.domain.under("spam.example")'
            action = "refuse"
            code = 553
            status = "5.1.8"
            [[rule]]
            name = "not-now"
            stage = "rcpt"
            when = 'forward_path.local == "later"'
            action = "defer"
            [[rule]]
            name = "tried-only"
            stage = "message"
            when = 'subject == "offer"'
            action = "refuse"
            mode = "shadow"
            [[rule]]
            name = "no-pills"
            stage = "message"
            when = 'subject.lower().contains("pills")'
            action = "refuse"
            """;

    @TempDir Path folder;
    private Sink next = new Sink();
    private House house;

    RulesInDialogueTest() throws IOException {}

    @BeforeEach
    void open() throws IOException {
        house = new House(folder, House.config(next.port(), RULES), InstantSource.system());
        house.makeKeys();
    }

    @AfterEach
    void close() throws Exception {
        house.close();
        next.close();
    }

    private Talk talk() throws IOException {
        return new Talk(house.gateway().ports().getFirst());
    }

    private Config with(String rules) {
        return ConfigReader.parse(House.config(next.port(), rules), "test", folder);
    }

    private static String letter(String subject) {
        return "From: a@example.com\nTo: b@example.net\nSubject: " + subject + "\n\nHello\n";
    }

    @Test
    @DisplayName("each rule has its own reply, at its own stage (RFC 2505 §2.11)")
    void replies() throws Exception {
        try (var talk = talk()) {
            talk.say("EHLO client.example.org");
            assertEquals(
                    "553 5.1.8 refused by policy, rule no-spam-house",
                    talk.say("MAIL FROM:<x@mail.spam.example>"));
            assertTrue(talk.say("MAIL FROM:<a@example.com>").startsWith("250"));
            assertEquals(
                    "450 4.7.1 not now, rule not-now; try again later",
                    talk.say("RCPT TO:<later@example.net>"));
            assertTrue(talk.say("RCPT TO:<b@example.net>").startsWith("250"));
            talk.say("RSET");
            assertEquals(
                    "550 5.7.1 refused by policy, rule no-pills",
                    talk.deliver("a@example.com", "b@example.net", letter("Pills")));
        }
    }

    @Test
    @DisplayName("a rule in shadow mode refuses nothing, and stands in the decision record")
    void shadow() throws Exception {
        try (var talk = talk()) {
            var reply = talk.deliver("a@example.com", "b@example.net", letter("offer"));
            assertTrue(reply.startsWith("250 2.0.0"), reply);
        }
        var message = house.gateway().store().search("offer", 1).getFirst();
        assertTrue(
                message.decisions().stream()
                        .anyMatch(one ->
                                one.check().equals("rule")
                                        && one.conclusion()
                                                .startsWith(
                                                        "rule tried-only (shadow) would refuse")),
                () -> message.decisions().toString());
    }

    @Test
    @DisplayName("a session under way takes up reloaded rules at its next command")
    void reload() throws Exception {
        try (var talk = talk()) {
            talk.say("EHLO client.example.org");
            assertTrue(talk.say("MAIL FROM:<x@spam.example>").startsWith("553"));
            var changed =
                    house.gateway().reload(with(RULES.replace("spam.example", "other.example")));
            assertEquals("[rule[0].when]", changed.toString());
            assertTrue(talk.say("MAIL FROM:<x@spam.example>").startsWith("250"));
            talk.say("RSET");
            assertTrue(talk.say("MAIL FROM:<x@other.example>").startsWith("553"));
        }
    }

    @Test
    @DisplayName("a reload is whole or not at all: one wrong rule, and all stay as they were")
    void wrongRule() throws Exception {
        var wrong =
                RULES.replace("spam.example", "other.example").replace("subject ==", "subjct ==");
        var thrown = assertThrows(ConfigException.class, () -> house.gateway().reload(with(wrong)));
        assertTrue(
                String.valueOf(thrown.getMessage()).contains("subjct is not a fact; did you mean"),
                thrown::getMessage);
        try (var talk = talk()) {
            talk.say("EHLO client.example.org");
            assertTrue(talk.say("MAIL FROM:<x@spam.example>").startsWith("553"));
        }
    }

    @Test
    @DisplayName("what needs a restart is refused by name, and nothing else is changed")
    void needsRestart() throws Exception {
        var other =
                with(RULES.replace("spam.example", "other.example") + "[limits]\nrecipients = 7\n");
        var thrown = assertThrows(ConfigException.class, () -> house.gateway().reload(other));
        assertEquals(
                "limits.recipients has changed, which needs a restart; nothing was changed",
                thrown.getMessage());
        try (var talk = talk()) {
            talk.say("EHLO client.example.org");
            assertTrue(talk.say("MAIL FROM:<x@spam.example>").startsWith("553"));
        }
    }
}
