package io.postern.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.dns.Answer;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("FakeDns")
class FakeDnsTest {
    private final FakeDns dns =
            FakeDns.zone(
                    """
                    s._domainkey.example.com TXT "v=DKIM1; " "p="
                    example.com MX 10 mx.example.com.
                    """);

    @Test
    @DisplayName("answers from its zone; what is not in it does not exist")
    void zone() {
        var txt = assertInstanceOf(Answer.Records.class, dns.txt("S._domainkey.EXAMPLE.com."));
        assertEquals(List.of("v=DKIM1; p="), txt.records());
        assertEquals(new Answer.NoData<>(), dns.a("example.com"));
        assertEquals(new Answer.NoSuchName<>(), dns.a("example.org"));
        assertEquals(new Answer.NoSuchName<>(), FakeDns.empty().mx("example.com"));
    }

    @Test
    @DisplayName("fails when told to, of any type, until told otherwise")
    void failures() {
        dns.fail("Example.com.").timeout("192.0.2.1");
        assertInstanceOf(Answer.TemporaryFailure.class, dns.mx("example.com"));
        assertInstanceOf(Answer.TemporaryFailure.class, dns.txt("EXAMPLE.COM"));
        assertInstanceOf(
                Answer.TemporaryFailure.class, dns.ptr(InetAddress.ofLiteral("192.0.2.1")));
        dns.recover("example.com");
        assertInstanceOf(Answer.Records.class, dns.mx("example.com"));
    }

    @Test
    @DisplayName("keeps what was asked")
    void asked() {
        dns.mx("Example.com.");
        dns.txt("example.com");
        dns.txt("other.example.com");
        assertEquals(3, dns.lookups());
        assertEquals(2, dns.lookups("EXAMPLE.com"));
        assertEquals(
                List.of("MX example.com", "TXT example.com", "TXT other.example.com"), dns.asked());
    }

    @Test
    @DisplayName("a fault in the zone is the test's fault, with its line")
    void fault() {
        var fault = assertThrows(IllegalArgumentException.class, () -> FakeDns.zone("\nx BOGUS"));
        assertTrue(fault.toString().contains("line 2"), fault::toString);
    }
}
