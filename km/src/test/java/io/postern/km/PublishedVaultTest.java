package io.postern.km;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.km.ca.OcspReply;
import io.postern.km.ca.RevocationReason;
import io.postern.km.http.Asked;
import io.postern.km.http.KmPages;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Optional;
import org.bouncycastle.asn1.oiw.OIWObjectIdentifiers;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPReqBuilder;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("what a sealed vault publishes")
class PublishedVaultTest {
    @TempDir private Path data;

    private static byte[] request(PublishedVault published, String serial)
            throws GeneralSecurityException, IOException, OCSPException, OperatorCreationException {
        var authority = published.authority("ca.cer").orElseThrow();
        var calculator =
                new JcaDigestCalculatorProviderBuilder()
                        .build()
                        .get(
                                new org.bouncycastle.asn1.x509.AlgorithmIdentifier(
                                        OIWObjectIdentifiers.idSHA1));
        return new OCSPReqBuilder()
                .addRequest(
                        new CertificateID(
                                calculator,
                                new X509CertificateHolder(authority.getEncoded()),
                                new java.math.BigInteger(serial, 16)))
                .build()
                .getEncoded();
    }

    private static BasicOCSPResp answer(PublishedVault published, String serial)
            throws GeneralSecurityException, IOException, OCSPException, OperatorCreationException {
        var reply = published.ocsp(request(published, serial));
        assertEquals(OcspReply.Outcome.ANSWERED, reply.outcome());
        return (BasicOCSPResp) new OCSPResp(reply.der()).getResponseObject();
    }

    @Test
    @DisplayName(
            "RFC 6960 §2.2 a revocation is in the next OCSP answer and the next list, for who has it open already")
    void revocation()
            throws GeneralSecurityException, IOException, OCSPException, OperatorCreationException {
        var scene = Scene.founded(data);
        var serial = scene.issue("info@example.com").getFirst().serial();
        try (var published = PublishedVault.open(scene.world(), scene.secret())) {
            var pages = new KmPages(published, scene.clock, Duration.ofHours(1));
            assertEquals(null, answer(published, serial).getResponses()[0].getCertStatus());
            var before = page(pages, "/ca.crl");
            scene.clock.advance(Duration.ofHours(1));
            scene.opened(
                    scene.byKey(),
                    vault -> vault.revoke(Chosen.of(serial), RevocationReason.KEY_COMPROMISE));
            assertTrue(
                    answer(published, serial).getResponses()[0].getCertStatus()
                            instanceof RevokedStatus);
            var after = page(pages, "/ca.crl");
            assertTrue(after.remaining() > before.remaining(), "an entry more");
            assertEquals(1, published.ofAddress("Info@example.com").size());
        }
    }

    private static ByteBuffer page(KmPages pages, String path) {
        var page =
                pages.answer(
                        new Asked(
                                "GET", path, Optional.empty(), Optional.empty(), Optional.empty()),
                        new byte[0]);
        assertEquals(200, page.status());
        return page.content();
    }

    @Test
    @DisplayName("RFC 4387 §2 certificates are found by address and by hash; nothing else is there")
    void lookup() throws GeneralSecurityException {
        var scene = Scene.founded(data);
        scene.issue("info@example.com");
        try (var published = PublishedVault.open(scene.world(), scene.secret())) {
            var found = published.ofAddress("info@example.com");
            assertEquals(2, found.size());
            var sha1 = MessageDigest.getInstance("SHA-1").digest(found.getFirst().getEncoded());
            assertEquals(found.getFirst(), published.ofHash(sha1).orElseThrow());
            assertEquals(Optional.empty(), published.ofHash(new byte[20]));
            assertTrue(published.ofAddress("sales@example.com").isEmpty());
            assertTrue(published.list("other.crl").isEmpty());
            assertTrue(published.authority("root.cer").isPresent());
        }
    }

    @Test
    @DisplayName("sealed for 90 days OCSP answers each day; after that it says to try later")
    void ninetyDays()
            throws GeneralSecurityException, IOException, OCSPException, OperatorCreationException {
        var scene = Scene.founded(data);
        var serial = scene.issue("info@example.com").getFirst().serial();
        try (var published = PublishedVault.open(scene.world(), scene.secret())) {
            for (int day = 0; day < 94; day++) {
                assertEquals(null, answer(published, serial).getResponses()[0].getCertStatus());
                scene.clock.advance(Duration.ofDays(1));
            }
            assertEquals(
                    OcspReply.Outcome.TRY_LATER,
                    published.ocsp(request(published, serial)).outcome());
        }
    }
}
