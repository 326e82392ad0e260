package io.postern.auth.spf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.postern.auth.spf.SpfPart.Said;
import io.postern.mail.Domain;
import io.postern.testkit.FakeDns;
import java.net.InetAddress;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("RFC 7208 what a record costs")
class SpfSurveyTest {
    private static final Domain DOMAIN = Domain.of("example.com");

    private static SpfPart survey(String zone) {
        return SpfSurvey.of(DOMAIN, FakeDns.zone(zone));
    }

    @Test
    @DisplayName("§4.6.4 include, a, mx, ptr, exists and redirect count, below an include too")
    void counts() {
        var part =
                survey(
                        """
                        example.com. TXT "v=spf1 a mx ptr exists:%{i}.x.example include:a.example ip4:192.0.2.1 redirect=b.example"
                        example.com. A 192.0.2.1
                        example.com. MX 10 m.example.
                        a.example. TXT "v=spf1 include:c.example a:m.example -all"
                        b.example. TXT "v=spf1 ~all"
                        c.example. TXT "v=spf1 ip4:192.0.2.9 ?all"
                        m.example. AAAA 2001:db8::1
                        """);
        assertEquals(8, part.lookups());
        assertEquals(3, part.parts().get(4).lookups());
        assertEquals(Optional.of("~all"), part.lastResort());
        assertEquals(
                java.util.List.of(
                        "",
                        "a",
                        "mx",
                        "ptr",
                        "exists:%{i}.x.example",
                        "include:a.example",
                        "include:c.example",
                        "a:m.example",
                        "redirect=b.example"),
                part.all().map(SpfPart::term).toList());
        assertInstanceOf(Said.Depends.class, part.parts().get(3).said());
    }

    @Test
    @DisplayName("§5.1 what comes after all is never evaluated, a redirect neither")
    void afterAll() {
        var part = survey("example.com. TXT \"v=spf1 -all a:x.example redirect=y.example\"");
        assertEquals(0, part.lookups());
        assertEquals(Optional.of("-all"), part.lastResort());
    }

    @Test
    @DisplayName("§7.2 macros of the domain are expanded, those of the message are not")
    void macros() {
        var part =
                survey(
                        """
                        example.com. TXT "v=spf1 include:_spf.%{d} include:%{i}.%{d} -all"
                        _spf.example.com. TXT "v=spf1 a:%{o2r} -all"
                        """);
        assertEquals("_spf.example.com", part.parts().getFirst().name());
        assertEquals("com.example", part.parts().getFirst().parts().getFirst().name());
        assertInstanceOf(Said.Depends.class, part.parts().get(1).said());
    }

    @Test
    @DisplayName("§4.6.4 the count says permerror just where a check does")
    void agrees() {
        for (int terms = 8; terms <= 12; terms++) {
            var zone = new StringBuilder("m.example. A 192.0.2.9\nexample.com. TXT \"v=spf1");
            IntStream.range(0, terms).forEach(_ -> zone.append(" a:m.example"));
            var dns = FakeDns.zone(zone.append(" -all\"\n").toString());
            boolean over =
                    new SpfVerifier(dns, SpfLimits.STANDARD, "r.example")
                                    .mailFrom(
                                            new SpfQuery(
                                                    InetAddress.ofLiteral("192.0.2.1"),
                                                    "h.example",
                                                    "a@example.com"),
                                            Instant.EPOCH)
                                    .verdict()
                            instanceof SpfVerdict.PermError;
            assertEquals(over, SpfSurvey.of(DOMAIN, dns).lookups() > 10, terms + " terms");
        }
    }
}
