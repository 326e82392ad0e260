package io.postern.gateway.lists;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.postern.gateway.config.Network;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Many networks")
class NetworkSetTest {
    @Test
    @DisplayName("contain what one of them contains, whatever their order, nesting and family")
    void agrees() throws UnknownHostException {
        var random = new Random(42);
        for (int round = 0; round < 200; round++) {
            var networks = new ArrayList<Network>();
            for (int i = random.nextInt(12); i > 0; i--) {
                int length = random.nextBoolean() ? 4 : 16;
                networks.add(new Network(address(random, length), random.nextInt(length * 8 + 1)));
            }
            var set = new NetworkSet(networks);
            for (int i = 0; i < 200; i++) {
                var address = address(random, random.nextBoolean() ? 4 : 16);
                boolean want = networks.stream().anyMatch(one -> one.contains(address));
                assertEquals(want, set.contains(address), () -> address + " in " + networks);
            }
        }
    }

    /// Few different octets, so that prefixes meet.
    private static InetAddress address(Random random, int length) throws UnknownHostException {
        var octets = new byte[length];
        for (int i = 0; i < length; i++) {
            octets[i] = (byte) (random.nextInt(4) == 0 ? random.nextInt(256) : i == 0 ? 0x20 : 0);
        }
        return InetAddress.getByAddress(octets);
    }

    @Test
    @DisplayName("the edges belong to a network, the next addresses don't")
    void edges() {
        var set =
                new NetworkSet(
                        List.of(
                                Network.parse("192.0.2.64/26").orElseThrow(),
                                Network.parse("2001:db8:0:1::/64").orElseThrow()));
        assertEquals(
                "false true true false",
                says(set, "192.0.2.63", "192.0.2.64", "192.0.2.127", "192.0.2.128"));
        assertEquals(
                "false true true false",
                says(
                        set,
                        "2001:db8:0:0:ffff:ffff:ffff:ffff",
                        "2001:db8:0:1::",
                        "2001:db8:0:1:ffff:ffff:ffff:ffff",
                        "2001:db8:0:2::"));
    }

    private static String says(NetworkSet set, String... addresses) {
        var said = new ArrayList<String>();
        for (var address : addresses) {
            said.add(Boolean.toString(set.contains(InetAddress.ofLiteral(address))));
        }
        return String.join(" ", said);
    }

    @Test
    @DisplayName("RFC 5952 §4 IPv6 networks are printed short")
    void printed() {
        for (var text :
                List.of(
                        "::/0",
                        "::1/128",
                        "fc00::/7",
                        "2001:db8::/32",
                        "2001:db8:0:1:1:1:1:1/128",
                        "2001:0:0:1::1/128",
                        "192.0.2.0/24")) {
            assertEquals(text, Network.parse(text).orElseThrow().toString());
        }
    }
}
