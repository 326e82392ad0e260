package io.postern.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.gateway.config.ConfigException;
import io.postern.gateway.config.ConfigReader;
import io.postern.testkit.FakeDns;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Another configuration while sessions are open, over a real socket. Rules: RulesInDialogueTest.
@DisplayName("a reload")
@Timeout(60)
class ReloadTest {
    private static final String RATE =
            """
            [[rate]]
            name = "slow"
            per = "client"
            what = "messages"
            limit = "%s"
            """;
    private static final String LIST =
            """
            [[access_list]]
            name = "no-spam"
            of = "reverse-path"
            entries = ["spam.example"]
            """;
    private static final String ZONE =
            """
            [[dnsbl.zone]]
            name = "names.example"
            of = "reverse-path"
            """;

    @TempDir Path folder;
    private Sink inside = new Sink();
    private @Nullable House house;

    ReloadTest() throws IOException {}

    private void open(String more) throws IOException {
        var dns =
                FakeDns.zone(
                        """
                        test.names.example. A 127.0.0.2
                        spam.example.names.example. A 127.0.0.2
                        """);
        house = new House(folder, text(more), InstantSource.system(), Optional.of(dns));
    }

    @AfterEach
    void close() {
        if (house != null) {
            house.close();
        }
        inside.close();
    }

    private String text(String more) {
        return """
        hostname = "gw.example.com"
        data = "data"
        [[listener]]
        role = "inbound"
        address = "127.0.0.1:0"
        [[domain]]
        name = "example.com"
        sign = false
        deliver_to = ["127.0.0.1:%d"]
        recipients = { list = ["info@example.com"], tarpit = "0s" }
        [authentication]
        enabled = false
        ambiguous_from = "accept"
        [strangers]
        verify_domain = false
        greeting_delay = "0s"
        %s
        """
                .formatted(inside.port(), more);
    }

    private Gateway gateway() {
        return Objects.requireNonNull(house, "not open").gateway();
    }

    /// What changed.
    private List<String> reload(String more) {
        return gateway().reload(ConfigReader.parse(text(more), "test", folder));
    }

    private Talk talk() throws IOException {
        var talk = new Talk(gateway().ports().getFirst());
        talk.say("EHLO client.example.org");
        return talk;
    }

    private static String rcptAs(Talk talk, String from) throws IOException {
        talk.say("RSET");
        var reply = talk.say("MAIL FROM:<" + from + ">");
        return reply.startsWith("250") ? talk.say("RCPT TO:<info@example.com>") : reply;
    }

    @Test
    @DisplayName("of rates keeps what was counted")
    void rates() throws Exception {
        open(RATE.formatted("2/1h"));
        try (var talk = talk()) {
            assertTrue(rcptAs(talk, "a@example.net").startsWith("250"));
            assertEquals(List.of("rate[0].limit"), reload(RATE.formatted("4/1h")));
            // Half of the old limit was taken, so half of the new one is left.
            assertTrue(rcptAs(talk, "a@example.net").startsWith("250"));
            assertTrue(rcptAs(talk, "a@example.net").startsWith("250"));
            assertTrue(rcptAs(talk, "a@example.net").startsWith("450"));
        }
    }

    @Test
    @DisplayName("of lists reaches sessions under way")
    void lists() throws Exception {
        open("");
        try (var talk = talk()) {
            assertTrue(rcptAs(talk, "x@spam.example").startsWith("250"));
            reload(LIST);
            assertEquals(
                    "550 5.7.1 refused by a list of this site", rcptAs(talk, "x@spam.example"));
            reload("");
            assertTrue(rcptAs(talk, "x@spam.example").startsWith("250"));
        }
    }

    @Test
    @DisplayName("of DNS lists tests new zones at once, and then asks them")
    void zones() throws Exception {
        open("");
        reload(ZONE);
        String reply;
        do { // a zone is not used until it is tested
            try (var talk = talk()) {
                reply = rcptAs(talk, "x@spam.example");
            }
        } while (reply.startsWith("250"));
        assertTrue(reply.startsWith("550 5.7.1 refused, listed by names.example"), reply);
    }

    @Test
    @DisplayName("is whole or not at all: one list that can't be read, and rates stay as they were")
    void wrongList() throws Exception {
        open(RATE.formatted("2/1h"));
        var wrong = RATE.formatted("1/1h") + LIST.replace("entries", "file = 'gone'\nentries");
        var thrown = assertThrows(ConfigException.class, () -> reload(wrong));
        assertTrue(thrown.toString().contains("gone can't be read"), thrown::toString);
        try (var talk = talk()) {
            assertTrue(rcptAs(talk, "a@example.net").startsWith("250"));
            assertTrue(rcptAs(talk, "a@example.net").startsWith("250"));
            assertTrue(rcptAs(talk, "a@example.net").startsWith("450"));
        }
    }
}
