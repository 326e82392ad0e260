package io.postern.km;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.km.ca.Crls;
import io.postern.km.ca.Pkcs12;
import io.postern.km.ca.RevocationList;
import io.postern.km.ca.RevocationReason;
import io.postern.km.ca.Revoked;
import io.postern.km.secret.KmException;
import io.postern.km.secret.Secret;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("the KM server on a data folder")
class KeyManagementTest {
    @TempDir private Path data;

    private static String refused(Runnable act) {
        return String.valueOf(assertThrows(KmException.class, act::run).getMessage());
    }

    private static List<Key> keys(KeyFiles files) {
        var keys = new ArrayList<Key>();
        for (var file : files.files()) {
            try {
                var store = KeyStore.getInstance("PKCS12");
                var passphrase = files.passphrase().characters();
                store.load(new ByteArrayInputStream(file.pkcs12().copy()), passphrase);
                keys.add(store.getKey(store.aliases().nextElement(), passphrase));
            } catch (GeneralSecurityException | IOException e) {
                throw new AssertionError(e);
            }
        }
        return keys;
    }

    private static RevocationList crl(Scene scene) {
        return scene.looked(km ->
                Crls.read(km.crl("ca").der().copy(), km.authorities().getFirst()).orElseThrow());
    }

    @Test
    @DisplayName("a new vault is sealed, with lists for 90 days and one line of audit")
    void founded() {
        var scene = Scene.founded(data);
        var status = scene.looked(KeyManagement::status);
        assertEquals("sealed", status.state());
        assertTrue(
                status.crlHorizon().orElseThrow().isAfter(Scene.START.plus(Duration.ofDays(90))));
        assertEquals(1, status.auditLines());
        assertEquals(List.of("1: unseal key", status.slots().get(1)), status.slots());
        assertTrue(refused(() -> scene.found(Optional.empty())).contains("has a vault already"));
    }

    @Test
    @DisplayName("each slot opens it: unseal key, passphrase, any two of three shares")
    void slots() {
        var scene = Scene.founded(data);
        int slot =
                scene.opened(
                        scene.byShares(1, 3),
                        vault ->
                                vault.addPassphrase(
                                        Secret.of("correct horse battery".toCharArray())));
        assertEquals(3, slot);
        for (var opening :
                List.of(
                        scene.byKey(),
                        Scene.byPassphrase("correct horse battery"),
                        scene.byShares(1, 2),
                        scene.byShares(3, 2),
                        scene.byShares(1, 2, 3))) {
            boolean opened =
                    scene.opened(
                            opening,
                            vault -> {
                                vault.sign();
                                return true;
                            });
            assertTrue(opened);
        }
        scene.opened(
                scene.byShares(1, 2),
                vault -> {
                    vault.removeSlot(1);
                    return true;
                });
        assertTrue(refused(() -> scene.opened(scene.byKey(), _ -> true)).contains("no more"));
        assertTrue(
                refused(() ->
                                scene.opened(
                                        scene.byShares(1, 2),
                                        vault -> {
                                            vault.removeSlot(2);
                                            return true;
                                        }))
                        .contains("only shares"));
    }

    @Test
    @DisplayName("what does not open it says why, changes nothing, and is in the audit")
    void refusals() {
        var scene = Scene.founded(data);
        var other = new Scene(folder("other"));
        other.found(Optional.of(new FoundingSettings.Quorum(2, 3)));
        assertTrue(
                refused(() -> scene.opened(other.byKey(), _ -> true))
                        .contains(
                                "this vault is "
                                        + scene.looked(KeyManagement::status)
                                                .vault()
                                                .orElseThrow()));
        assertTrue(
                refused(() -> scene.opened(Scene.byPassphrase("wrong"), _ -> true))
                        .contains("has no passphrase"));
        assertTrue(
                refused(() -> scene.opened(scene.byShares(1), _ -> true)).contains("bring 1 more"));
        var foreign = refused(() -> scene.opened(other.byShares(1, 2), _ -> true));
        assertTrue(
                foreign.contains("share 1 of set") && foreign.contains("another vault"), foreign);
        assertTrue(
                refused(() ->
                                scene.opened(
                                        scene.byKey(),
                                        vault ->
                                                vault.addPassphrase(
                                                        Secret.of(
                                                                "long enough by far"
                                                                        .toCharArray()))))
                        .contains("with the shares"));
        var lines = scene.looked(KeyManagement::lines);
        assertEquals(
                4,
                lines.stream()
                        .filter(line -> line.contains("\"act\":\"refused-to-open\""))
                        .count());
        assertEquals(List.of(), scene.looked(km -> km.verify(Optional.empty())).faults());
    }

    private Path folder(String name) {
        try {
            return Files.createDirectory(
                    data.resolve(name),
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @DisplayName(
            "signing and encryption are apart; the encryption key alone is recovered, by shares alone")
    void issueAndRecover() {
        var scene = Scene.founded(data);
        var issued =
                scene.opened(
                        scene.byKey(),
                        vault -> {
                            try (var files = vault.issue(Scene.order("Info@example.com"))) {
                                return keys(files);
                            }
                        });
        assertEquals(2, issued.size());
        var views = scene.looked(km -> km.certificates(Optional.of("info@EXAMPLE.com")));
        assertEquals(
                List.of("encrypt true", "sign false"),
                views.stream().map(one -> one.usage() + " " + one.recoverable()).sorted().toList());

        var info = Scene.mailbox("info@example.com");
        assertTrue(
                refused(() ->
                                scene.opened(
                                        scene.byKey(),
                                        vault ->
                                                vault.recover(
                                                        info,
                                                        Optional.empty(),
                                                        Pkcs12.Form.MODERN)))
                        .contains("needs the shares"));
        var recovered =
                scene.opened(
                        scene.byShares(2, 3),
                        vault -> {
                            try (var files =
                                    vault.recover(info, Optional.empty(), Pkcs12.Form.COMPATIBLE)) {
                                return keys(files);
                            }
                        });
        assertEquals(1, recovered.size());
        assertArrayEquals(issued.get(1).getEncoded(), recovered.getFirst().getEncoded());
        assertTrue(refused(() -> scene.issue("info@example.com")).contains("has a certificate"));
    }

    @Test
    @DisplayName("the whole history of an address is recovered, and one of it by its serial number")
    void history() {
        var scene = Scene.founded(data);
        scene.issue("info@example.com");
        scene.clock.advance(Duration.ofDays(700));
        scene.opened(
                scene.byKey(),
                vault -> {
                    try (var files = vault.renew(Scene.order("info@example.com"))) {
                        return files.files().size();
                    }
                });
        var info = Scene.mailbox("info@example.com");
        var files =
                scene.opened(
                        scene.byShares(1, 2),
                        vault -> vault.recover(info, Optional.empty(), Pkcs12.Form.MODERN));
        assertEquals(2, files.files().size());
        var serial = files.files().getLast().certificate().serial();
        int one =
                scene.opened(
                        scene.byShares(1, 2),
                        vault ->
                                vault.recover(info, Optional.of(serial), Pkcs12.Form.MODERN)
                                        .files()
                                        .size());
        assertEquals(1, one);
    }

    @Test
    @DisplayName(
            "before there are shares nothing is recovered; the first ones take the escrow over")
    void firstShares() {
        var scene = new Scene(data);
        scene.found(Optional.empty());
        scene.issue("info@example.com");
        var info = Scene.mailbox("info@example.com");
        assertTrue(
                refused(() ->
                                scene.opened(
                                        scene.byKey(),
                                        vault ->
                                                vault.recover(
                                                        info,
                                                        Optional.empty(),
                                                        Pkcs12.Form.MODERN)))
                        .contains("before there are shares"));
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
        int recovered =
                scene.opened(
                        scene.byShares(1, 3),
                        vault ->
                                vault.recover(info, Optional.empty(), Pkcs12.Form.MODERN)
                                        .files()
                                        .size());
        assertEquals(1, recovered);
        assertTrue(
                refused(() -> scene.opened(scene.byKey(), vault -> vault.addUnsealKey(_ -> {})))
                        .contains("with the shares"));
    }

    @Test
    @DisplayName("numbers of shares that lock everybody out, or need one person alone, are refused")
    void quorums() {
        for (var quorum :
                List.of(
                        new FoundingSettings.Quorum(1, 3),
                        new FoundingSettings.Quorum(3, 3),
                        new FoundingSettings.Quorum(2, 99))) {
            var scene = new Scene(data);
            assertTrue(refused(() -> scene.found(Optional.of(quorum))).contains("shares"));
            assertTrue(refused(scene::read).contains("no vault"));
        }
    }

    @Test
    @DisplayName(
            "RFC 5280 §5 a revocation is in the list at once, a hold until it is released, a leaver's signing key for good")
    void revocation() {
        var scene = Scene.founded(data);
        scene.issue("info@example.com");
        scene.issue("sales@example.com");
        var before = crl(scene);
        assertEquals(List.of(), before.entries());
        scene.clock.advance(Duration.ofDays(1));
        var gone =
                scene.opened(
                        scene.byKey(),
                        vault ->
                                vault.revoke(
                                        Chosen.of("info@example.com"),
                                        RevocationReason.KEY_COMPROMISE));
        assertEquals(2, gone.size());
        var after = crl(scene);
        assertEquals(2, after.entries().size());
        assertTrue(after.number().longValue() >= 14, "above every reserved one");
        assertEquals(RevocationReason.KEY_COMPROMISE, after.entries().getFirst().reason());
        assertTrue(
                refused(() ->
                                scene.opened(
                                        scene.byKey(),
                                        vault ->
                                                vault.revoke(
                                                        Chosen.of("info@example.com"),
                                                        RevocationReason.UNSPECIFIED)))
                        .contains("revoked already"));

        scene.opened(scene.byKey(), vault -> vault.hold(Chosen.of("sales@example.com")));
        assertEquals(4, crl(scene).entries().size());
        scene.opened(scene.byKey(), vault -> vault.release(Chosen.of("sales@example.com")));
        assertEquals(2, crl(scene).entries().size());
        scene.opened(scene.byKey(), vault -> vault.leave("sales@example.com"));
        assertEquals(
                List.of("encrypt valid", "sign revoked"),
                scene.looked(km -> km.certificates(Optional.of("sales@example.com"))).stream()
                        .map(one -> one.usage() + " " + one.state())
                        .sorted()
                        .toList());
    }

    @Test
    @DisplayName(
            "sealed for 90 days there is a fresh list each day, each released at its time and never earlier")
    void ninetyDays() {
        var scene = Scene.founded(data);
        long number = 0;
        for (int day = 0; day <= 93; day++) {
            var now = scene.clock.instant();
            var list = crl(scene);
            assertFalse(list.thisUpdate().isAfter(now), "day " + day);
            assertTrue(list.nextUpdate().isAfter(now), "day " + day);
            assertTrue(
                    Duration.between(list.thisUpdate(), list.nextUpdate())
                                    .compareTo(Duration.ofDays(10))
                            <= 0);
            assertTrue(list.number().longValue() >= number);
            number = list.number().longValue();
            scene.clock.advance(Duration.ofDays(1));
        }
        assertEquals(13, number);
        assertTrue(refused(() -> crl(scene)).contains("open the vault to sign new ones"));
        scene.opened(scene.byKey(), OpenVault::refresh);
        assertEquals(14, crl(scene).number().longValue());
    }

    @Test
    @DisplayName("warnings of the horizon come at 30, 14 and 7 days")
    void warnings() {
        var scene = Scene.founded(data);
        scene.clock.advance(Duration.ofDays(60));
        assertTrue(warned(scene).isEmpty());
        scene.clock.advance(Duration.ofDays(5));
        assertTrue(warned(scene).contains("in 29 days"), warned(scene));
        scene.clock.advance(Duration.ofDays(23));
        assertTrue(warned(scene).contains("in 6 days"), warned(scene));
        scene.opened(scene.byKey(), OpenVault::refresh);
        assertTrue(warned(scene).isEmpty());
    }

    private static String warned(Scene scene) {
        return scene.looked(KeyManagement::status).warnings().stream()
                .filter(text -> text.contains("revocation lists end"))
                .findFirst()
                .orElse("");
    }

    @Test
    @DisplayName("a second medium that was not tested for a year is told, until it is")
    void mediumTest() {
        var scene = Scene.founded(data);
        scene.clock.advance(Duration.ofDays(366));
        assertTrue(scene.looked(KeyManagement::status).warnings().toString().contains("km test"));
        scene.opened(
                scene.byKey(),
                vault -> {
                    vault.tested();
                    return true;
                });
        assertFalse(scene.looked(KeyManagement::status).warnings().toString().contains("km test"));
    }

    @Test
    @DisplayName("two operators at once: the second is told who is at work, and may look")
    void twoAtOnce() {
        var scene = Scene.founded(data);
        try (var _ = scene.lock()) {
            assertTrue(refused(() -> scene.lock()).contains("another `postern km` command"));
            assertEquals("sealed", scene.looked(KeyManagement::status).state());
        }
    }

    @Test
    @DisplayName("a stolen folder without media has no key, passphrase or share in it, in no form")
    void stolenFolder() throws IOException {
        var scene = Scene.founded(data);
        var secrets = new ArrayList<byte[]>();
        scene.opened(
                scene.byShares(1, 2),
                vault -> vault.addPassphrase(Secret.of("correct horse battery".toCharArray())));
        scene.opened(
                scene.byKey(),
                vault -> {
                    try (var files = vault.issue(Scene.order("info@example.com"))) {
                        secrets.add(files.passphrase().copy());
                        keys(files)
                                .forEach(key -> {
                                    var octets = key.getEncoded();
                                    secrets.add(java.util.Arrays.copyOfRange(octets, 30, 60));
                                });
                        return true;
                    }
                });
        secrets.add(scene.unsealKey.substring(22).getBytes(StandardCharsets.US_ASCII));
        secrets.add("correct horse battery".getBytes(StandardCharsets.US_ASCII));
        scene.shares.forEach(
                text -> secrets.add(text.substring(23).getBytes(StandardCharsets.US_ASCII)));
        Files.delete(data.resolve("start-secret"));
        int files = 0;
        try (var walk = Files.walk(data)) {
            for (var file : (Iterable<Path>) walk.filter(Files::isRegularFile)::iterator) {
                files++;
                var octets = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
                for (var secret : secrets) {
                    assertFalse(
                            octets.contains(new String(secret, StandardCharsets.ISO_8859_1)),
                            file.toString());
                }
                assertEquals(
                        "rw-------",
                        PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
            }
        }
        assertTrue(files >= 2, "the database and the log were read");
    }

    @Test
    @DisplayName("without its start secret, or with another, it is stopped and says so")
    void startSecret() throws IOException {
        var scene = Scene.founded(data);
        Files.delete(data.resolve("start-secret"));
        var status = scene.looked(KeyManagement::status); // Scene makes another secret
        assertEquals("stopped", status.state());
        assertTrue(status.warnings().toString().contains("start secret"), status.toString());
    }

    @Test
    @DisplayName("a clock that was set back stops acts, not the list in force")
    void clockBack() {
        var scene = Scene.founded(data);
        scene.clock.advance(Duration.ofDays(-2));
        assertTrue(refused(() -> scene.issue("info@example.com")).contains("the clock says"));
    }

    @Test
    @DisplayName("RFC 5280 §5.3.1 the entry of a list has the time and the reason")
    void entry() {
        var scene = Scene.founded(data);
        var serial = scene.issue("info@example.com").getFirst().serial();
        scene.clock.advance(Duration.ofHours(5));
        scene.opened(
                scene.byKey(),
                vault -> vault.revoke(Chosen.of(serial), RevocationReason.SUPERSEDED));
        assertEquals(
                new Revoked(
                        new java.math.BigInteger(serial, 16),
                        Scene.START.plus(Duration.ofHours(5)),
                        RevocationReason.SUPERSEDED),
                crl(scene).entries().getFirst());
    }

    @Test
    @DisplayName(
            "an audit file that can't be written stops acts, which change nothing, and no looking")
    void auditUnwritable() throws IOException {
        var scene = Scene.founded(data);
        var file = data.resolve("km").resolve("audit.log");
        var kept = Files.readAllBytes(file);
        Files.delete(file);
        Files.createDirectory(
                file,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        assertTrue(
                refused(() -> scene.issue("info@example.com"))
                        .contains("no act is done without its audit line"));
        assertEquals(List.of(), scene.looked(km -> km.certificates(Optional.empty())));
        assertEquals(1, scene.looked(km -> km.crl("ca")).number());
        Files.delete(file);
        Files.write(file, kept);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        assertEquals(2, scene.issue("info@example.com").size());
    }

    @Test
    @DisplayName(
            "a database that was taken back to last week is noticed: no act is done, and the audit says so")
    void rolledBack() throws IOException {
        var scene = Scene.founded(data);
        var head = scene.looked(KeyManagement::head);
        var database = data.resolve("km").resolve("km.db");
        var old = Files.readAllBytes(database);
        scene.issue("info@example.com");
        var newer = scene.looked(KeyManagement::head);
        Files.write(database, old);
        assertTrue(refused(() -> scene.issue("sales@example.com")).contains("taken back"));
        assertTrue(
                scene.looked(km -> km.verify(Optional.of(head)))
                        .faults()
                        .toString()
                        .contains("taken back"));
        // With the file taken back too, only a head that is kept elsewhere tells.
        var lines = Files.readAllLines(data.resolve("km").resolve("audit.log"));
        Files.writeString(data.resolve("km").resolve("audit.log"), lines.getFirst() + "\n");
        assertEquals(List.of(), scene.looked(km -> km.verify(Optional.of(head))).faults());
        assertTrue(
                scene.looked(km -> km.verify(Optional.of(newer)))
                        .faults()
                        .toString()
                        .contains("head " + newer));
    }
}
