package io.postern.gateway;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Recipients at RCPT, by a stranger's socket")
@Timeout(60)
class RecipientSourcesTest {
    @TempDir Path folder;

    private House house(String recipients) throws Exception {
        return new House(
                folder,
                """
                hostname = "gw.example.com"
                data = "data"
                [[listener]]
                role = "inbound"
                address = "127.0.0.1:0"
                [[domain]]
                name = "example.com"
                sign = false
                deliver_to = ["127.0.0.1:1"]
                recipients = { tarpit = "0s", %s }
                [dns]
                servers = ["127.0.0.1:1"]
                [authentication]
                enabled = false
                ambiguous_from = "accept"
                [strangers]
                verify_domain = false
                [outbound]
                smart_host = "127.0.0.1:1"
                """
                        .formatted(recipients),
                InstantSource.system());
    }

    private static void expect(Talk talk, String address, String reply) throws IOException {
        var said = talk.say("RCPT TO:<" + address + ">");
        assertTrue(said.startsWith(reply), address + ": " + said);
    }

    private static Talk stranger(House house) throws IOException {
        var talk = new Talk(house.gateway().ports().getFirst());
        talk.say("EHLO client.example.org");
        talk.say("MAIL FROM:<somebody@example.net>");
        return talk;
    }

    @Test
    @DisplayName("known by a file is 250, unknown 550 5.1.1")
    void file() throws Exception {
        Files.writeString(folder.resolve("users"), "anna@example.com\n");
        try (var house = house("file = \"users\", separator = \"+\"");
                var talk = stranger(house)) {
            expect(talk, "Anna@EXAMPLE.com", "250 ");
            expect(talk, "anna+shop@example.com", "250 ");
            expect(talk, "bert@example.com", "550 5.1.1 ");
        }
    }

    @Test
    @DisplayName("a source in trouble is 451 4.4.3: never 550, never an open door")
    void trouble() throws Exception {
        try (var house = house("list = [\"anna@example.com\"], pushed = {}");
                var talk = stranger(house)) {
            expect(talk, "anna@example.com", "250 ");
            expect(talk, "bert@example.com", "451 4.4.3 ");
            expect(talk, "postmaster@example.com", "250 ");
        }
    }
}
