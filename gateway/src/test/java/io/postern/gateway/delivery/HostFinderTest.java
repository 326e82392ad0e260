package io.postern.gateway.delivery;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.postern.gateway.config.Config.TlsMode;
import io.postern.gateway.config.HostPort;
import io.postern.mail.Domain;
import io.postern.testkit.FakeDns;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("RFC 5321 §5: the hosts that take a domain's mail")
class HostFinderTest {
    private static final String ZONE =
            """
            two.example. MX 20 b.example.
            two.example. MX 10 a.example.
            a.example. A 192.0.2.1
            b.example. A 192.0.2.2
            b.example. AAAA 2001:db8::2
            null.example. MX 0 .
            alone.example. A 192.0.2.3
            empty.example. TXT "no mail here"
            dangling.example. MX 10 gone.example.
            half.example. MX 10 gone.example.
            half.example. MX 20 a.example.
            idn.example. MX 10 xn--bcher-kva.example.
            xn--bcher-kva.example. A 192.0.2.4
            broken.example. MX 10 a.example.
            sick.example. MX 10 servfail.example.
            """;

    record Case(String rule, String domain, String found) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case(
                        "lowest preference first",
                        "two.example",
                        "a.example 192.0.2.1:25, b.example"
                                + " 2001:db8:0:0:0:0:0:2:25, b.example 192.0.2.2:25"),
                new Case(
                        "RFC 7505 §3: a null MX takes no mail, for ever",
                        "null.example",
                        "never 5.1.10"),
                new Case(
                        "§5.1: without an MX the domain itself is the host",
                        "alone.example",
                        "alone.example 192.0.2.3:25"),
                new Case(
                        "a domain with neither MX nor address takes none",
                        "empty.example",
                        "never 5.1.2"),
                new Case(
                        "a domain that does not exist takes none",
                        "nowhere.example",
                        "never 5.1.2"),
                new Case(
                        "an exchange without an address is somebody's repair: later",
                        "dangling.example",
                        "not now"),
                new Case(
                        "an exchange without an address leaves the others",
                        "half.example",
                        "a.example 192.0.2.1:25"),
                new Case(
                        "an exchange in A-labels is a host like others",
                        "idn.example",
                        "xn--bcher-kva.example 192.0.2.4:25"),
                new Case("DNS trouble at the MX is temporary", "broken.example", "not now"),
                new Case("DNS trouble at the exchange is temporary", "sick.example", "not now"));
    }

    private static HostFinder finder() {
        var dns = FakeDns.zone(ZONE);
        dns.fail("broken.example");
        dns.fail("servfail.example");
        return new HostFinder(dns, 25, new Random(1));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void ofDomain(Case c) {
        assertEquals(c.found(), words(finder().find(new Destination.Mx(Domain.of(c.domain())))));
    }

    private static String words(HostFinder.Found found) {
        return switch (found) {
            case HostFinder.Found.Targets(var targets) ->
                    targets.stream()
                            .map(target ->
                                    target.label()
                                            + " "
                                            + target.address().getAddress().getHostAddress()
                                            + ":"
                                            + target.address().getPort())
                            .collect(Collectors.joining(", "));
            case HostFinder.Found.Never(var status, _) -> "never " + status;
            case HostFinder.Found.NotNow _ -> "not now";
        };
    }

    @Test
    @DisplayName(
            "a smart host that does not resolve is our operator's trouble: later, never a failure of the message")
    void smartHost() {
        var gone =
                new Destination.Hosts(
                        "smart-host",
                        List.of(new HostPort("gone.example", 25)),
                        TlsMode.NONE,
                        Optional.empty());
        assertEquals("not now", words(finder().find(gone)));
        var there =
                new Destination.Hosts(
                        "smart-host",
                        List.of(new HostPort("192.0.2.9", 2525), new HostPort("a.example", 26)),
                        TlsMode.NONE,
                        Optional.empty());
        assertEquals(
                "192.0.2.9:2525 192.0.2.9:2525, a.example 192.0.2.1:26",
                words(finder().find(there)));
    }
}
