package io.postern.km.limits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("what one client may ask")
class ClientRatesTest {
    private final AtomicLong nanos = new AtomicLong();
    private final ClientRates rates = new ClientRates(60, nanos::get);

    private boolean take(String client, int cost) {
        return rates.take(InetAddress.ofLiteral(client), cost);
    }

    @Test
    @DisplayName(
            "a minute's worth at once, then as much as time gives back; others are not touched")
    void bucket() {
        for (int i = 0; i < 60; i++) {
            assertTrue(take("192.0.2.1", 1));
        }
        assertFalse(take("192.0.2.1", 1));
        assertTrue(take("192.0.2.2", 1));
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(2));
        assertTrue(take("192.0.2.1", 2));
        assertFalse(take("192.0.2.1", 1));
        assertEquals(2, rates.refused());
    }

    @Test
    @DisplayName("a site of IPv6 is one client; what costs more than a minute has takes all of it")
    void networks() {
        assertTrue(take("2001:db8::1", 1000));
        assertFalse(take("2001:db8::2", 1));
        assertTrue(take("2001:db8:0:1::2", 1));
    }

    @Test
    @DisplayName("of very many clients those that were silent longest are forgotten")
    void bounded() {
        assertTrue(take("192.0.2.1", 60));
        for (int i = 0; i < 20_000; i++) {
            assertTrue(take("10." + (i >> 16) + "." + (i >> 8 & 255) + "." + (i & 255), 1));
        }
        assertTrue(take("192.0.2.1", 60));
    }

    @Test
    @DisplayName("connections are counted until they are left")
    void connections() {
        var clients = new ClientConnections(2);
        var client = InetAddress.ofLiteral("192.0.2.1");
        assertTrue(clients.enter(client));
        assertTrue(clients.enter(client));
        assertFalse(clients.enter(client));
        clients.leave(client);
        assertTrue(clients.enter(client));
    }
}
