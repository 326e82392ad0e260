package io.postern.km;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.km.audit.AuditLine;
import io.postern.km.ca.RevocationReason;
import io.postern.km.secret.KmException;
import io.postern.km.secret.Octets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("what is looked at when the vault is opened")
class OpeningTest {
    @TempDir private Path data;

    private static String refused(Runnable act) {
        return String.valueOf(assertThrows(KmException.class, act::run).getMessage());
    }

    private static void assertSays(String wanted, String said) {
        assertTrue(said.contains(wanted), said);
    }

    private static boolean signed(OpenVault vault) {
        vault.sign();
        return true;
    }

    private Optional<String> rootTier(Scene scene) {
        return scene.locked(km -> {
            try (var read = Database.read(data.resolve("km"))) {
                return read.transaction(on -> Tables.tier(on, OpenVault.CA_KEY, RootKey.ID));
            }
        });
    }

    @Test
    @DisplayName("each opening co-signs the head; a kept public key verifies it, another does not")
    void coSigned() throws GeneralSecurityException {
        var scene = Scene.founded(data);
        assertEquals(Optional.empty(), scene.looked(KeyManagement::cosigner));
        scene.issue("info@example.com");
        scene.issue("sales@example.com");
        var result = scene.looked(km -> km.verify(Optional.empty()));
        assertEquals(List.of(), result.faults());
        assertEquals(2, result.cosignatures());
        var kept = scene.looked(KeyManagement::cosigner);
        assertEquals(List.of(), scene.looked(km -> km.verify(Optional.empty(), kept)).faults());
        var other =
                new Octets(
                        KeyPairGenerator.getInstance("Ed25519")
                                .generateKeyPair()
                                .getPublic()
                                .getEncoded());
        assertSays(
                "the co-signature of line 1 is not signed by the vault's key",
                scene.looked(km -> km.verify(Optional.empty(), Optional.of(other)))
                        .faults()
                        .toString());
    }

    @Test
    @DisplayName("an audit that was rewritten since, in file and database, stops every act")
    void rewritten() throws IOException {
        var scene = Scene.founded(data);
        scene.issue("info@example.com");
        scene.opened(scene.byKey(), _ -> true);
        var line = AuditLine.parse(scene.looked(KeyManagement::lines).getLast()).orElseThrow();
        var forged =
                new AuditLine(
                        line.seq(),
                        line.time(),
                        "nobody",
                        line.act(),
                        line.subject(),
                        line.request(),
                        line.prev());
        scene.sql(
                "UPDATE audit SET line = '%s' WHERE seq = %d"
                        .formatted(forged.text(), forged.seq()));
        var file = data.resolve("km").resolve("audit.log");
        var all = new ArrayList<>(Files.readAllLines(file));
        all.set(all.size() - 1, forged.text());
        Files.writeString(file, String.join("\n", all) + "\n");
        assertSays(
                "the audit was rewritten: line 2",
                refused(() -> scene.opened(scene.byKey(), OpeningTest::signed)));
        assertSays(
                "the co-signature of line 2 was signed over another line",
                scene.looked(km -> km.verify(Optional.empty())).faults().toString());
    }

    @Test
    @DisplayName("the root's key needs the shares; without them its lists wait, and it is told")
    void root() {
        var scene = Scene.founded(data);
        assertEquals(Optional.of("guarded"), rootTier(scene));
        scene.issue("info@example.com");
        long first = scene.looked(km -> km.crl("root").number());
        scene.clock.advance(Duration.ofDays(400));
        scene.opened(
                scene.byKey(),
                vault -> vault.revoke(Chosen.of("info@example.com"), RevocationReason.SUPERSEDED));
        assertTrue(scene.looked(km -> km.crl("root").number()) == first + 1, "signed long ago");
        scene.opened(scene.byShares(1, 2), OpeningTest::signed);
        assertTrue(scene.looked(km -> km.crl("root").number()) > first + 2, "signed anew");
        scene.clock.advance(Duration.ofDays(9 * 365));
        assertSays(
                "the root's revocation lists end",
                scene.looked(KeyManagement::status).warnings().toString());
    }

    @Test
    @DisplayName("without shares the root's key waits for them in the vault")
    void rootWaits() {
        var scene = new Scene(data);
        scene.found(Optional.empty());
        assertEquals(Optional.of("vault"), rootTier(scene));
        scene.shares =
                scene.opened(
                        scene.byKey(),
                        vault ->
                                vault
                                        .addShares(new FoundingSettings.Quorum(2, 3), _ -> {})
                                        .shares()
                                        .stream()
                                        .map(share -> share.printed())
                                        .toList());
        assertEquals(Optional.of("guarded"), rootTier(scene));
        scene.clock.advance(Duration.ofDays(400));
        assertTrue(scene.<Boolean>opened(scene.byShares(2, 3), OpeningTest::signed));
    }

    @Test
    @DisplayName("shares that could not be handed out guard nothing: the act is not done")
    void notHandedOut() {
        var scene = new Scene(data);
        scene.found(Optional.empty());
        assertThrows(
                Scene.Died.class,
                () ->
                        scene.opened(
                                scene.byKey(),
                                vault ->
                                        vault.addShares(
                                                new FoundingSettings.Quorum(2, 3),
                                                _ -> {
                                                    throw new Scene.Died();
                                                })));
        assertEquals(1, scene.looked(KeyManagement::slots).size());
        assertEquals(
                3,
                scene.opened(
                                scene.byKey(),
                                vault ->
                                        vault.addShares(new FoundingSettings.Quorum(2, 3), _ -> {}))
                        .shares()
                        .size());
    }

    @Test
    @DisplayName("co-signatures that were deleted are missed at the next opening")
    void deletedCoSignatures() {
        var scene = Scene.founded(data);
        scene.issue("info@example.com");
        scene.issue("sales@example.com");
        scene.sql("DELETE FROM cosignature");
        assertTrue(
                String.valueOf(
                                assertThrows(
                                                KmException.class,
                                                () -> scene.opened(scene.byKey(), _ -> true))
                                        .getMessage())
                        .contains("co-signatures"));
    }

    @Test
    @DisplayName(
            "a folder of the time before there were approvers opens, and is brought up to date")
    void before() {
        var scene = Scene.founded(data);
        scene.issue("info@example.com");
        scene.sql("DELETE FROM record WHERE type IN ('cosign-key', 'rules')");
        scene.toFirstSchema();
        assertEquals(List.of(), scene.looked(km -> km.requests().pending()));
        assertEquals(0, scene.looked(km -> km.verify(Optional.empty())).cosignatures());
        assertEquals(2, scene.issue("sales@example.com").size());
        scene.opened(scene.byShares(1, 2), OpeningTest::signed);
        assertEquals(List.of(), scene.looked(km -> km.verify(Optional.empty())).faults());
        assertTrue(scene.looked(km -> km.verify(Optional.empty())).cosignatures() > 1);
    }
}
