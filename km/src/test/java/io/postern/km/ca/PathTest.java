package io.postern.km.ca;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertStore;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("RFC 5280 §6 the JDK validates what we make, revocation on")
class PathTest {
    private final TestCa pki = new TestCa();
    private final X509Certificate certificate =
            pki.issue(KeyKind.P_256.generate(TestCa.RANDOM), Usage.SIGN);

    private void validate(Instant at, byte[]... lists) throws Exception {
        var factory = CertificateFactory.getInstance("X.509");
        var known = new ArrayList<Object>();
        for (var list : lists) {
            known.add(factory.generateCRL(new ByteArrayInputStream(list)));
        }
        var parameters = new PKIXParameters(Set.of(new TrustAnchor(pki.root.certificate(), null)));
        parameters.setRevocationEnabled(true);
        parameters.setDate(Date.from(at));
        parameters.addCertStore(
                CertStore.getInstance("Collection", new CollectionCertStoreParameters(known)));
        CertPathValidator.getInstance("PKIX")
                .validate(
                        factory.generateCertPath(List.of(certificate, pki.ca.certificate())),
                        parameters);
    }

    private static final Instant LATER = TestCa.T0.plus(Duration.ofDays(1));

    @Test
    @DisplayName("subscriber, issuing authority and root, with both lists")
    void good() {
        assertDoesNotThrow(() ->
                validate(
                        LATER,
                        TestCa.list(pki.root, 1, TestCa.T0),
                        TestCa.list(pki.ca, 1, TestCa.T0)));
    }

    @Test
    @DisplayName("§6.3 revoked, and on hold, is not valid; released from hold it is again")
    void revoked() {
        var root = TestCa.list(pki.root, 1, TestCa.T0);
        for (var reason :
                List.of(RevocationReason.KEY_COMPROMISE, RevocationReason.CERTIFICATE_HOLD)) {
            var list =
                    TestCa.list(
                            pki.ca,
                            2,
                            TestCa.T0,
                            new Revoked(certificate.getSerialNumber(), TestCa.T0, reason));
            var thrown =
                    assertThrows(
                            CertPathValidatorException.class, () -> validate(LATER, root, list));
            assertEquals(CertPathValidatorException.BasicReason.REVOKED, thrown.getReason());
        }
        var released = TestCa.list(pki.ca, 3, TestCa.T0);
        assertDoesNotThrow(() -> validate(LATER, root, released));
    }

    @Test
    @DisplayName("§6.3 without a list in force nothing is said to be good")
    void stale() {
        var root = TestCa.list(pki.root, 1, TestCa.T0);
        var list = TestCa.list(pki.ca, 1, TestCa.T0);
        assertThrows(CertPathValidatorException.class, () -> validate(LATER, root));
        assertThrows(
                CertPathValidatorException.class,
                () -> validate(TestCa.T0.plus(Duration.ofDays(60)), root, list));
    }

    @Test
    @DisplayName("§6.3.3 a list by another authority of the same name does not count")
    void impostor() {
        var other = new TestCa();
        var root = TestCa.list(pki.root, 1, TestCa.T0);
        var list = TestCa.list(other.ca, 9, TestCa.T0);
        assertThrows(CertPathValidatorException.class, () -> validate(LATER, root, list));
    }
}
