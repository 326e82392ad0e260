package io.postern.gateway.delivery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.gateway.config.Config;
import io.postern.mail.ContentFacts;
import io.postern.mail.Domain;
import io.postern.mail.Envelope;
import io.postern.mail.ReversePath;
import io.postern.smtp.client.Capabilities;
import io.postern.smtp.client.SendResult;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("what the hosts of a destination announced")
class AnnouncedTest {
    private static final Instant START = Instant.parse("2026-11-22T05:00:00Z");

    private final Announced announced = new Announced();

    private Optional<SendResult.Reason> obstacle(long size) {
        return announced.obstacle(
                Envelope.from(new ReversePath.Null()),
                new ContentFacts(false, false, 70, false, false),
                size);
    }

    private void said(String host, String size) {
        announced.said(host, new Capabilities(Map.of("SIZE", size, "8BITMIME", "")));
    }

    @Test
    @DisplayName("nothing is in the way before all hosts were heard")
    void unknown() {
        assertEquals(Optional.empty(), obstacle(5000));
        announced.hosts(List.of("a", "b"));
        said("a", "1000");
        assertEquals(Optional.empty(), obstacle(5000));
        said("b", "2000");
        assertEquals(Optional.of(SendResult.Reason.TOO_LARGE), obstacle(5000));
    }

    @Test
    @DisplayName("one host that can is enough, and a host's last word counts")
    void last() {
        announced.hosts(List.of("a", "b"));
        said("a", "1000");
        said("b", "2000");
        assertEquals(Optional.empty(), obstacle(1500));
        assertEquals(Optional.of(SendResult.Reason.TOO_LARGE), obstacle(5000));
        said("a", "10000");
        assertEquals(Optional.empty(), obstacle(5000));
    }

    @Test
    @DisplayName("a host that is none any more has no say")
    void gone() {
        announced.hosts(List.of("a", "b"));
        said("a", "1000");
        announced.said("b", Capabilities.NONE);
        assertTrue(announced.refusesEightBit());
        assertEquals(Optional.empty(), obstacle(5000));
        announced.hosts(List.of("a"));
        assertFalse(announced.refusesEightBit());
        assertEquals(Optional.of(SendResult.Reason.TOO_LARGE), obstacle(5000));
    }

    @Test
    @DisplayName("of fixed hosts it is kept, however long nothing is sent to them")
    void kept() {
        var later = START.plus(Duration.ofDays(1));
        var fixed =
                new DestinationQueue(
                        new Destination.Hosts(
                                "inside:example.com",
                                List.of(),
                                Config.TlsMode.NONE,
                                Optional.empty()),
                        2,
                        START);
        assertFalse(fixed.retire(later));
        var mx = new DestinationQueue(new Destination.Mx(Domain.of("example.net")), 2, START);
        assertTrue(mx.retire(later));
    }
}
