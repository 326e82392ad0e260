package io.postern.auth.spf;

import io.postern.dns.Resolver;
import io.postern.testkit.FakeDns;
import java.net.InetAddress;
import java.time.Instant;

/// Short words for checks against a zone in text.
final class Checking {
    static final Instant NOW = Instant.ofEpochSecond(1_767_225_600L);
    static final String RECEIVER = "mx.example.net";

    private Checking() {}

    /// A line of a zone file; long records in several character-strings.
    static String txt(String name, String record) {
        var out = new StringBuilder(name).append(". TXT");
        for (int i = 0; i < Math.max(1, record.length()); i += 200) {
            out.append(" \"").append(record, i, Math.min(i + 200, record.length())).append('"');
        }
        return out.append('\n').toString();
    }

    /// A DNS in which `example.com` has that record, and more.
    static FakeDns dns(String record, String... more) {
        return FakeDns.zone(txt("example.com", record) + String.join("\n", more) + "\n");
    }

    static SpfResult mailFrom(Resolver dns, String client, String mailFrom) {
        return mailFrom(dns, client, "client.example.org", mailFrom);
    }

    static SpfResult mailFrom(Resolver dns, String client, String helo, String mailFrom) {
        return verifier(dns).mailFrom(query(client, helo, mailFrom), NOW);
    }

    static SpfResult helo(Resolver dns, String client, String helo) {
        return verifier(dns).helo(query(client, helo, "a@example.org"), NOW);
    }

    static SpfQuery query(String client, String helo, String mailFrom) {
        return new SpfQuery(InetAddress.ofLiteral(client), helo, mailFrom);
    }

    static SpfVerifier verifier(Resolver dns) {
        return new SpfVerifier(dns, SpfLimits.STANDARD, RECEIVER);
    }
}
