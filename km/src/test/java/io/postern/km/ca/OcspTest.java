package io.postern.km.ca;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.oiw.OIWObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPReqBuilder;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.UnknownStatus;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("RFC 6960 OCSP")
class OcspTest {
    private static final Instant NOW = TestCa.T0.plus(Duration.ofHours(2));
    private static final Window WINDOW =
            new Window(TestCa.T0.plus(Duration.ofHours(1)), TestCa.T0.plus(Duration.ofDays(1)));
    private final TestCa pki = new TestCa();
    private final X509Certificate certificate =
            pki.issue(KeyKind.P_256.generate(TestCa.RANDOM), Usage.SIGN);
    private final Issuer signer = signer(pki);
    private final OcspResponder responder = new OcspResponder(pki.ca.certificate(), signer);

    private static OcspStatus good(BigInteger serial) {
        return new OcspStatus.Good();
    }

    private static Issuer signer(TestCa pki) {
        var keys = KeyKind.P_256.generate(TestCa.RANDOM);
        return new Issuer(
                Authorities.responder(
                        pki.ca,
                        keys.getPublic(),
                        Names.authority("Example OCSP", "Example Org", "CH"),
                        Validity.of(TestCa.T0, Duration.ofDays(90)),
                        TestCa.RANDOM),
                keys.getPrivate());
    }

    private static CertificateID id(
            ASN1ObjectIdentifier hash, X509Certificate authority, BigInteger serial)
            throws Exception {
        return new CertificateID(
                new JcaDigestCalculatorProviderBuilder()
                        .build()
                        .get(new AlgorithmIdentifier(hash, DERNull.INSTANCE)),
                new X509CertificateHolder(authority.getEncoded()),
                serial);
    }

    private CertificateID ours(BigInteger serial) throws Exception {
        return id(OIWObjectIdentifiers.idSHA1, pki.ca.certificate(), serial);
    }

    private static byte[] request(CertificateID... ids) throws Exception {
        var builder = new OCSPReqBuilder();
        for (var id : ids) {
            builder.addRequest(id);
        }
        return builder.build().getEncoded();
    }

    private byte[] withNonce(int octets) throws Exception {
        return new OCSPReqBuilder()
                .addRequest(ours(certificate.getSerialNumber()))
                .setRequestExtensions(
                        new Extensions(
                                new Extension(
                                        OCSPObjectIdentifiers.id_pkix_ocsp_nonce,
                                        false,
                                        new DEROctetString(new byte[octets]).getEncoded())))
                .build()
                .getEncoded();
    }

    private OcspReply ask(byte[] request, Function<BigInteger, OcspStatus> status) {
        return responder.answer(request, Optional.of(WINDOW), status, NOW, TestCa.RANDOM);
    }

    private BasicOCSPResp answered(OcspReply reply) throws Exception {
        assertEquals(OcspReply.Outcome.ANSWERED, reply.outcome());
        var response = new OCSPResp(reply.der());
        assertEquals(0, response.getStatus());
        var basic = assertInstanceOf(BasicOCSPResp.class, response.getResponseObject());
        assertTrue(
                basic.isSignatureValid(
                        new JcaContentVerifierProviderBuilder()
                                .build(signer.certificate().getPublicKey())));
        return basic;
    }

    private void validate(OcspReply reply) throws Exception {
        var validator = CertPathValidator.getInstance("PKIX");
        var checker = (PKIXRevocationChecker) validator.getRevocationChecker();
        checker.setOcspResponses(Map.of(certificate, reply.der()));
        checker.setOptions(
                Set.of(
                        PKIXRevocationChecker.Option.ONLY_END_ENTITY,
                        PKIXRevocationChecker.Option.NO_FALLBACK));
        var parameters = new PKIXParameters(Set.of(new TrustAnchor(pki.root.certificate(), null)));
        parameters.addCertPathChecker(checker);
        parameters.setDate(Date.from(NOW));
        validator.validate(
                CertificateFactory.getInstance("X.509")
                        .generateCertPath(List.of(certificate, pki.ca.certificate())),
                parameters);
    }

    @Test
    @DisplayName(
            "§2.2 the JDK takes our word: good is good, revoked is revoked, unknown is not good")
    void judgedByTheJdk() throws Exception {
        var request = request(ours(certificate.getSerialNumber()));
        assertDoesNotThrow(() -> validate(ask(request, OcspTest::good)));
        var revoked =
                assertThrows(
                        CertPathValidatorException.class,
                        () ->
                                validate(
                                        ask(
                                                request,
                                                _ ->
                                                        new OcspStatus.Revoked(
                                                                TestCa.T0,
                                                                RevocationReason.KEY_COMPROMISE))));
        assertEquals(CertPathValidatorException.BasicReason.REVOKED, revoked.getReason());
        var unknown =
                assertThrows(
                        CertPathValidatorException.class,
                        () -> validate(ask(request, _ -> new OcspStatus.Unknown())));
        assertEquals(
                CertPathValidatorException.BasicReason.UNDETERMINED_REVOCATION_STATUS,
                unknown.getReason());
    }

    @Test
    @DisplayName(
            "§4.1.1 SHA-1 and SHA-256 identify the issuer; each certificate has its answer, in order")
    void several() throws Exception {
        var serial = certificate.getSerialNumber();
        var sha256 = NISTObjectIdentifiers.id_sha256;
        var reply =
                ask(
                        request(
                                ours(serial),
                                id(sha256, pki.ca.certificate(), BigInteger.TWO),
                                id(sha256, pki.root.certificate(), BigInteger.TEN)),
                        asked ->
                                asked.equals(serial)
                                        ? new OcspStatus.Good()
                                        : new OcspStatus.Revoked(
                                                TestCa.T0, RevocationReason.UNSPECIFIED));
        var said = answered(reply).getResponses();
        assertEquals(CertificateStatus.GOOD, said[0].getCertStatus());
        var revoked = assertInstanceOf(RevokedStatus.class, said[1].getCertStatus());
        assertEquals(TestCa.T0, revoked.getRevocationTime().toInstant());
        assertTrue(!revoked.hasRevocationReason());
        // Another authority's.
        assertInstanceOf(UnknownStatus.class, said[2].getCertStatus());
        assertEquals(WINDOW.thisUpdate(), said[0].getThisUpdate().toInstant());
        assertEquals(WINDOW.nextUpdate(), said[0].getNextUpdate().toInstant());
        assertEquals(Optional.of(WINDOW), reply.cacheable());
    }

    @Test
    @DisplayName("RFC 9654 §2.1 a nonce of 1 to 128 octets is repeated, any other malformedRequest")
    void nonce() throws Exception {
        for (int octets : new int[] {1, 32, 128}) {
            var reply = ask(withNonce(octets), OcspTest::good);
            assertArrayEquals(
                    new DEROctetString(new byte[octets]).getEncoded(),
                    answered(reply)
                            .getExtension(OCSPObjectIdentifiers.id_pkix_ocsp_nonce)
                            .getExtnValue()
                            .getOctets());
            assertEquals(Optional.empty(), reply.cacheable());
        }
        for (int octets : new int[] {0, 129, 4096}) {
            assertEquals(
                    OcspReply.Outcome.MALFORMED_REQUEST,
                    ask(withNonce(octets), OcspTest::good).outcome());
        }
    }

    @Test
    @DisplayName(
            "RFC 5019 §2.2.3 unauthorized for another authority's certificate; it is never looked up")
    void unauthorized() throws Exception {
        var reply =
                ask(
                        request(
                                id(
                                        OIWObjectIdentifiers.idSHA1,
                                        pki.root.certificate(),
                                        BigInteger.ONE)),
                        serial -> {
                            throw new AssertionError("asked about " + serial);
                        });
        assertEquals(OcspReply.Outcome.UNAUTHORIZED, reply.outcome());
        assertEquals(6, new OCSPResp(reply.der()).getStatus());
    }

    @Test
    @DisplayName("§2.3 tryLater while no list is in force: none, one of tomorrow, one of yesterday")
    void tryLater() throws Exception {
        var request = request(ours(BigInteger.ONE));
        for (var window :
                List.of(
                        Optional.<Window>empty(),
                        Optional.of(new Window(NOW.plusSeconds(1), NOW.plusSeconds(9))),
                        Optional.of(new Window(NOW.minusSeconds(9), NOW)))) {
            var reply = responder.answer(request, window, OcspTest::good, NOW, TestCa.RANDOM);
            assertEquals(OcspReply.Outcome.TRY_LATER, reply.outcome());
            assertEquals(3, new OCSPResp(reply.der()).getStatus());
        }
    }

    @Test
    @DisplayName(
            "§4.4 an unknown critical extension is malformedRequest, an uncritical one is not seen")
    void extensions() throws Exception {
        for (boolean critical : new boolean[] {true, false}) {
            var request =
                    new OCSPReqBuilder()
                            .addRequest(ours(BigInteger.ONE))
                            .setRequestExtensions(
                                    new Extensions(
                                            new Extension(
                                                    new ASN1ObjectIdentifier("1.2.3.4"),
                                                    critical,
                                                    new byte[] {5, 0})))
                            .build()
                            .getEncoded();
            assertEquals(
                    critical ? OcspReply.Outcome.MALFORMED_REQUEST : OcspReply.Outcome.ANSWERED,
                    ask(request, OcspTest::good).outcome());
        }
    }

    @Test
    @DisplayName(
            "hostile requests: cut, changed, huge, thousands of certificates, deep nesting: an answer, never an exception")
    void hostile() throws Exception {
        var good = withNonce(32);
        for (int i = 0; i < good.length; i++) {
            assertEquals(
                    OcspReply.Outcome.MALFORMED_REQUEST,
                    ask(Arrays.copyOf(good, i), OcspTest::good).outcome());
        }
        var random = new Random(6);
        for (int i = 0; i < 2000; i++) {
            var bad = good.clone();
            bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
            assertTrue(ask(bad, OcspTest::good).der().length > 0);
        }
        var many = new CertificateID[33];
        Arrays.fill(many, ours(BigInteger.ONE));
        assertEquals(
                OcspReply.Outcome.MALFORMED_REQUEST, ask(request(many), OcspTest::good).outcome());
        assertEquals(
                32,
                answered(ask(request(Arrays.copyOf(many, 32)), OcspTest::good))
                        .getResponses()
                        .length);
        assertEquals(
                OcspReply.Outcome.MALFORMED_REQUEST,
                ask(new byte[1 << 20], OcspTest::good).outcome());
        var nested = new byte[16 << 10];
        for (int i = 0; i < nested.length; i += 2) {
            // Sequences of indefinite length, each in the one before.
            nested[i] = 0x30;
            nested[i + 1] = (byte) 0x80;
        }
        assertEquals(OcspReply.Outcome.MALFORMED_REQUEST, ask(nested, OcspTest::good).outcome());
    }

    @Test
    @DisplayName(
            "§4.2.2.2 the responder has id-kp-OCSPSigning, ocsp-nocheck, and its authority's signature")
    void delegated() throws Exception {
        var one = signer.certificate();
        assertEquals(List.of("1.3.6.1.5.5.7.3.9"), one.getExtendedKeyUsage());
        assertArrayEquals(
                new byte[] {5, 0},
                new X509CertificateHolder(one.getEncoded())
                        .getExtension(OCSPObjectIdentifiers.id_pkix_ocsp_nocheck)
                        .getExtnValue()
                        .getOctets());
        assertThrows(
                IllegalArgumentException.class,
                () -> new OcspResponder(pki.root.certificate(), signer));
    }
}
