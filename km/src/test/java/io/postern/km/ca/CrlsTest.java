package io.postern.km.ca;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.x509.CertificateList;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("RFC 5280 §5 revocation lists")
class CrlsTest {
    private final TestCa pki = new TestCa();

    private static X509CRL parsed(byte[] der) throws Exception {
        return (X509CRL)
                CertificateFactory.getInstance("X.509").generateCRL(new ByteArrayInputStream(der));
    }

    private static RevocationList all() {
        return new RevocationList(
                BigInteger.TWO.pow(150),
                TestCa.T0,
                TestCa.T0.plus(Duration.ofDays(10)),
                Optional.of(TestCa.T0.minusSeconds(60)),
                Stream.of(RevocationReason.values())
                        .map(reason ->
                                new Revoked(
                                        BigInteger.TWO.pow(140 + reason.code()), TestCa.T0, reason))
                        .toList());
    }

    @Test
    @DisplayName(
            "§5.2 what is written is read back: number, times, every reason, expiredCertsOnCRL")
    void roundTrip() {
        var der = Crls.sign(pki.ca, all(), TestCa.RANDOM);
        assertEquals(Optional.of(all()), Crls.read(der, pki.ca.certificate()));
    }

    @Test
    @DisplayName(
            "§5.2.3, §5.3.1 number and key identifier, none critical; no extension for unspecified")
    void extensions() throws Exception {
        var crl = parsed(Crls.sign(pki.ca, all(), TestCa.RANDOM));
        assertEquals(
                List.of("2.5.29.20", "2.5.29.35", "2.5.29.60"),
                crl.getNonCriticalExtensionOIDs().stream().sorted().toList());
        assertEquals(List.of(), List.copyOf(crl.getCriticalExtensionOIDs()));
        assertFalse(crl.getRevokedCertificate(BigInteger.TWO.pow(140)).hasExtensions());
        assertEquals("SHA384withECDSA", crl.getSigAlgName());
    }

    @Test
    @DisplayName("X.690 §10 a list is DER: what another library reads and writes anew is the same")
    void distinguished() throws Exception {
        var reasons = List.of(RevocationReason.values());
        for (int entries : new int[] {0, 1, 3, 9, 700, 3000}) {
            var revoked =
                    IntStream.rangeClosed(1, entries)
                            .mapToObj(i ->
                                    new Revoked(
                                            BigInteger.valueOf(i).shiftLeft(i % 150),
                                            TestCa.T0.plus(Duration.ofDays(i * 5L)),
                                            reasons.get(i % 9)))
                            .toArray(Revoked[]::new);
            var der = TestCa.list(pki.ca, 300 + entries, TestCa.T0, revoked);
            assertArrayEquals(
                    der,
                    CertificateList.getInstance(ASN1Primitive.fromByteArray(der))
                            .toASN1Primitive()
                            .getEncoded("DER"));
            assertEquals(
                    List.of(revoked),
                    Crls.read(der, pki.ca.certificate()).orElseThrow().entries().stream()
                            .sorted(Comparator.comparing(Revoked::at))
                            .toList());
        }
    }

    @Test
    @DisplayName("§5.1.2.6 a list without entries is without revokedCertificates")
    void empty() throws Exception {
        var crl = parsed(TestCa.list(pki.ca, 1, TestCa.T0));
        assertNull(crl.getRevokedCertificates());
        assertNotNull(crl.getNextUpdate());
    }

    @Test
    @DisplayName("a list signed ahead says its own time, not that of its making")
    void ahead() throws Exception {
        var later = TestCa.T0.plus(Duration.ofDays(84));
        assertEquals(later, parsed(TestCa.list(pki.ca, 13, later)).getThisUpdate().toInstant());
    }

    @Test
    @DisplayName("what is no list of this authority is not read: another's, cut, changed, noise")
    void foreign() {
        var der = Crls.sign(pki.ca, all(), TestCa.RANDOM);
        assertEquals(Optional.empty(), Crls.read(der, pki.root.certificate()));
        assertEquals(Optional.empty(), Crls.read(der, new TestCa().ca.certificate()));
        var random = new Random(6);
        for (int i = 0; i < 300; i++) {
            var bad = der.clone();
            bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
            assertEquals(Optional.empty(), Crls.read(bad, pki.ca.certificate()));
            assertEquals(
                    Optional.empty(),
                    Crls.read(
                            Arrays.copyOf(der, random.nextInt(der.length)), pki.ca.certificate()));
        }
    }

    @Test
    @DisplayName(
            "§5.2.3 numbers of more than 20 octets and times that end before they begin are our fault")
    void wrong() {
        assertThrows(
                IllegalArgumentException.class,
                () ->
                        new RevocationList(
                                BigInteger.TWO.pow(159),
                                TestCa.T0,
                                TestCa.T0.plusSeconds(1),
                                Optional.empty(),
                                List.of()));
        assertThrows(
                IllegalArgumentException.class,
                () ->
                        new RevocationList(
                                BigInteger.ONE, TestCa.T0, TestCa.T0, Optional.empty(), List.of()));
    }
}
