package io.postern.km.ca;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.postern.mail.Domain;
import io.postern.mail.Mailbox;
import java.math.BigInteger;
import java.net.URI;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// An organization's root and issuing authority, on P-384, which is made quickly.
final class TestCa {
    static final Instant T0 = Instant.parse("2026-11-22T12:00:00Z");
    static final SecureRandom RANDOM = new SecureRandom();
    static final Locations AT_ROOT =
            new Locations(
                    URI.create("http://pki.example.com/root.crl"),
                    URI.create("http://pki.example.com/root.cer"),
                    Optional.empty());
    static final Locations AT_CA =
            new Locations(
                    URI.create("http://pki.example.com/ca.crl"),
                    URI.create("http://pki.example.com/ca.cer"),
                    Optional.of(URI.create("http://pki.example.com/ocsp")));

    final Issuer root;
    final Issuer ca;

    TestCa() {
        this(KeyKind.P_384, KeyKind.P_384);
    }

    TestCa(KeyKind rootKind, KeyKind caKind) {
        var rootKeys = rootKind.generate(RANDOM);
        root =
                new Issuer(
                        Authorities.root(
                                rootKeys,
                                Names.authority("Example Root", "Example Org", "CH"),
                                Validity.of(T0, Duration.ofDays(7300)),
                                RANDOM),
                        rootKeys.getPrivate());
        var caKeys = caKind.generate(RANDOM);
        ca =
                new Issuer(
                        Authorities.issuing(
                                root,
                                caKeys.getPublic(),
                                Names.authority("Example Mail CA", "Example Org", "CH"),
                                Validity.of(T0, Duration.ofDays(3650)),
                                AT_ROOT,
                                RANDOM),
                        caKeys.getPrivate());
    }

    static Mailbox mailbox(String localPart) {
        return new Mailbox(localPart, Domain.of("example.com"));
    }

    static Subscriber facts(String localPart, Usage usage) {
        return new Subscriber(
                mailbox(localPart), usage, T0, Duration.ofDays(730), AT_CA, Capability.ANY_CLIENT);
    }

    X509Certificate issue(PublicKey key, Subscriber facts) {
        return assertInstanceOf(Issued.Ok.class, Subscribers.issue(ca, key, facts, RANDOM))
                .certificate();
    }

    X509Certificate issue(KeyPair keys, Usage usage) {
        return issue(keys.getPublic(), facts("reader", usage));
    }

    static byte[] list(Issuer by, long number, Instant at, Revoked... entries) {
        return Crls.sign(
                by,
                new RevocationList(
                        BigInteger.valueOf(number),
                        at,
                        at.plus(Duration.ofDays(10)),
                        Optional.of(T0),
                        List.of(entries)),
                RANDOM);
    }
}
