package io.postern.km.ca;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.mail.AddressLiteral;
import io.postern.mail.Domain;
import io.postern.mail.Mailbox;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.CertificatePolicies;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.cert.X509CertificateHolder;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("CA/B S/MIME BR 7.1 a subscriber's certificate")
class SubscriberTest {
    private static final TestCa PKI = new TestCa();
    private static final KeyPair EC = KeyKind.P_256.generate(TestCa.RANDOM);
    private static final KeyPair RSA = KeyKind.RSA_3072.generate(TestCa.RANDOM);

    record Use(String rule, KeyPair keys, Usage usage, List<Integer> bits) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Use> uses() {
        return Stream.of(
                new Use("RSA signs: digitalSignature", RSA, Usage.SIGN, List.of(0)),
                new Use("RSA encrypts: keyEncipherment", RSA, Usage.ENCRYPT, List.of(2)),
                new Use("RSA does both", RSA, Usage.BOTH, List.of(0, 2)),
                new Use("EC signs: digitalSignature", EC, Usage.SIGN, List.of(0)),
                new Use("EC encrypts: keyAgreement", EC, Usage.ENCRYPT, List.of(4)),
                new Use("EC does both", EC, Usage.BOTH, List.of(0, 4)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("uses")
    @DisplayName("7.1.2.3 e key usage, critical")
    void usage(Use use) {
        var certificate = PKI.issue(use.keys(), use.usage());
        var bits = certificate.getKeyUsage();
        assertEquals(
                use.bits(), IntStream.range(0, bits.length).filter(i -> bits[i]).boxed().toList());
        assertEquals(
                List.of("2.5.29.15", "2.5.29.19"),
                certificate.getCriticalExtensionOIDs().stream().sorted().toList());
    }

    private static X509CertificateHolder parsed(X509Certificate certificate) throws Exception {
        return new X509CertificateHolder(certificate.getEncoded());
    }

    @Test
    @DisplayName("7.1.2.3 all that must be there, and no more")
    void profile() throws Exception {
        var certificate = PKI.issue(RSA, Usage.SIGN);
        var extensions = parsed(certificate).getExtensions();
        assertEquals(List.of("1.3.6.1.5.5.7.3.4"), certificate.getExtendedKeyUsage());
        assertEquals(-1, certificate.getBasicConstraints());
        assertEquals(
                List.of(List.of(1, "reader@example.com")),
                List.copyOf(certificate.getSubjectAlternativeNames()));
        assertEquals("CN=reader@example.com", certificate.getSubjectX500Principal().toString());
        assertEquals(
                "2.23.140.1.5.1.3",
                CertificatePolicies.fromExtensions(extensions)
                        .getPolicyInformation()[0]
                        .getPolicyIdentifier()
                        .getId());
        assertArrayEquals(
                SubjectKeyIdentifier.fromExtensions(parsed(PKI.ca.certificate()).getExtensions())
                        .getKeyIdentifier(),
                AuthorityKeyIdentifier.fromExtensions(extensions).getKeyIdentifierOctets());
        var points =
                CRLDistPoint.getInstance(
                                extensions.getExtensionParsedValue(Extension.cRLDistributionPoints))
                        .getDistributionPoints();
        assertEquals(1, points.length);
        assertTrue(points[0].toString().contains("http://pki.example.com/ca.crl"));
        var access = certificate.getExtensionValue("1.3.6.1.5.5.7.1.1");
        var text = new String(access, StandardCharsets.ISO_8859_1);
        assertTrue(
                text.contains("http://pki.example.com/ocsp")
                        && text.contains("http://pki.example.com/ca.cer"));
        assertEquals(10, extensions.getExtensionOIDs().length);
    }

    @Test
    @DisplayName("RFC 4262 smimeCapabilities: AES-256, 192 and 128 in CBC, in this order")
    void capabilities() {
        assertEquals(
                "0429"
                        + "3027"
                        + "300b060960864801650304012a"
                        + "300b0609608648016503040116"
                        + "300b0609608648016503040102",
                HexFormat.of()
                        .formatHex(
                                PKI.issue(EC, Usage.ENCRYPT)
                                        .getExtensionValue("1.2.840.113549.1.9.15")));
    }

    @Test
    @DisplayName("7.1 serials have 64 random bits and more, are positive, and 20 octets at most")
    void serials() {
        var seen = new ArrayList<String>();
        for (int i = 0; i < 20; i++) {
            var serial = PKI.issue(EC, Usage.SIGN).getSerialNumber();
            assertTrue(serial.signum() > 0 && serial.toByteArray().length <= 20);
            seen.add(serial.toString());
        }
        assertEquals(20, seen.stream().distinct().count());
    }

    private static Subscriber lasting(Instant from, Duration lifetime) {
        return new Subscriber(
                TestCa.mailbox("reader"),
                Usage.SIGN,
                from,
                lifetime,
                TestCa.AT_CA,
                Capability.GATEWAY);
    }

    private static Issued.Refused refused(Subscriber facts) {
        return assertInstanceOf(
                Issued.Refused.class,
                Subscribers.issue(PKI.ca, EC.getPublic(), facts, TestCa.RANDOM));
    }

    @Test
    @DisplayName("6.3.2 825 days at most, the last second counted")
    void lifetime() {
        var certificate = PKI.issue(EC.getPublic(), lasting(TestCa.T0, Duration.ofDays(825)));
        assertEquals(
                Duration.ofDays(825),
                Duration.between(
                                certificate.getNotBefore().toInstant(),
                                certificate.getNotAfter().toInstant())
                        .plusSeconds(1));
        for (var wrong : List.of(Duration.ofDays(826), Duration.ZERO, Duration.ofDays(-1))) {
            var refusal = refused(lasting(TestCa.T0, wrong));
            assertEquals(Issued.Reason.LIFETIME, refusal.reason());
            assertTrue(refusal.text().contains("825 days"), refusal.text());
        }
    }

    @Test
    @DisplayName("none is valid beyond its authority; none is made by one that is not valid")
    void nested() {
        var end = PKI.ca.certificate().getNotAfter().toInstant();
        assertEquals(
                end,
                PKI.issue(
                                EC.getPublic(),
                                lasting(end.minus(Duration.ofDays(9)), Duration.ofDays(365)))
                        .getNotAfter()
                        .toInstant());
        assertEquals(
                Issued.Reason.AUTHORITY,
                refused(lasting(end.minus(Duration.ofHours(3)), Duration.ofDays(365))).reason());
        assertEquals(
                Issued.Reason.AUTHORITY,
                refused(lasting(TestCa.T0.minusSeconds(1), Duration.ofDays(365))).reason());
    }

    @Test
    @DisplayName(
            "RFC 9598 §3 a local part beyond ASCII is an SmtpUTF8Mailbox, its domain in A-labels")
    void utf8() throws Exception {
        var mailbox = new Mailbox("grün", Domain.of("bücher.example"));
        var facts =
                new Subscriber(
                        mailbox,
                        Usage.SIGN,
                        TestCa.T0,
                        Duration.ofDays(365),
                        TestCa.AT_CA,
                        Capability.ANY_CLIENT);
        var name = PKI.issue(EC.getPublic(), facts).getSubjectAlternativeNames().iterator().next();
        assertEquals(0, name.get(0));
        var text = new String(assertInstanceOf(byte[].class, name.get(1)), StandardCharsets.UTF_8);
        assertTrue(text.endsWith("grün@xn--bcher-kva.example"), text);
    }

    @Test
    @DisplayName(
            "RFC 5280 appendix A: a long address is not in CN; a subject without it is empty and the alternative name critical")
    void longAddresses() throws Exception {
        var ascii = PKI.issue(EC.getPublic(), TestCa.facts("r".repeat(64), Usage.SIGN));
        assertTrue(ascii.getSubjectX500Principal().getName().startsWith("1.2.840.113549.1.9.1="));
        var other = PKI.issue(EC.getPublic(), TestCa.facts("ü".repeat(60), Usage.SIGN));
        assertEquals("", other.getSubjectX500Principal().getName());
        assertTrue(other.getCriticalExtensionOIDs().contains("2.5.29.17"));
    }

    @Test
    @DisplayName("an address literal is refused, and so is a weak key, with what would be right")
    void refusals() throws Exception {
        var literal =
                new Subscriber(
                        new Mailbox(
                                "reader", new AddressLiteral(InetAddress.getByName("192.0.2.1"))),
                        Usage.SIGN,
                        TestCa.T0,
                        Duration.ofDays(365),
                        TestCa.AT_CA,
                        Capability.ANY_CLIENT);
        assertEquals(Issued.Reason.ADDRESS, refused(literal).reason());
        var weak =
                assertInstanceOf(
                        Issued.Refused.class,
                        Subscribers.issue(
                                PKI.ca,
                                WeakKeys.rsa1024(),
                                TestCa.facts("reader", Usage.SIGN),
                                TestCa.RANDOM));
        assertEquals(Issued.Reason.KEY, weak.reason());
        assertTrue(weak.text().contains("2048"), weak.text());
    }

    @Test
    @DisplayName("7.1.2.1, 7.1.2.2 root and issuing authority; 4096 bits for RSA (SMC017)")
    void authorities() throws Exception {
        var pki = new TestCa(KeyKind.RSA_4096, KeyKind.P_384);
        var root = pki.root.certificate();
        var ca = pki.ca.certificate();
        assertEquals("SHA256withRSA", root.getSigAlgName());
        assertEquals("SHA256withRSA", ca.getSigAlgName());
        assertEquals("SHA384withECDSA", pki.issue(EC, Usage.SIGN).getSigAlgName());
        assertEquals(Integer.MAX_VALUE, root.getBasicConstraints());
        assertEquals(0, ca.getBasicConstraints());
        assertEquals(List.of("1.3.6.1.5.5.7.3.4"), ca.getExtendedKeyUsage());
        assertEquals(null, root.getExtendedKeyUsage());
        for (var one : List.of(root, ca)) {
            assertTrue(one.getKeyUsage()[5] && one.getKeyUsage()[6]);
            assertEquals(
                    List.of("2.5.29.15", "2.5.29.19"),
                    one.getCriticalExtensionOIDs().stream().sorted().toList());
        }
        assertNotEquals(root.getSubjectX500Principal(), ca.getSubjectX500Principal());
        assertFalse(pki.root.toString().contains("Key"), pki.root.toString());
    }
}
