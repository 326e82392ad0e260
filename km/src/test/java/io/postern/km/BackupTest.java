package io.postern.km;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.keys.StartSecret;
import io.postern.km.backup.Envelope;
import io.postern.km.ca.Crls;
import io.postern.km.ca.Pkcs12;
import io.postern.km.ca.RevocationList;
import io.postern.km.ca.RevocationReason;
import io.postern.km.secret.KmException;
import io.postern.km.secret.Octets;
import io.postern.km.vault.Opening;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("backup, restore, move and the anchor")
class BackupTest {
    @TempDir private Path folder;
    private Scene scene;
    private Path file;

    @BeforeEach
    void found() throws IOException {
        scene = Scene.founded(Files.createDirectory(folder.resolve("data")));
        file = folder.resolve("km.backup");
    }

    private static String refused(Runnable act) {
        return String.valueOf(assertThrows(KmException.class, act::run).getMessage());
    }

    private void backup() {
        try (var km = scene.lock()) {
            km.backup(file);
        }
    }

    /// Another machine that has the media of this one.
    private Scene elsewhere(boolean sameStartSecret) throws IOException {
        var other = new Scene(Files.createDirectory(folder.resolve("other-" + sameStartSecret)));
        if (sameStartSecret) {
            Files.copy(
                    scene.data.resolve(StartSecret.FILE),
                    other.data.resolve(StartSecret.FILE),
                    java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
        }
        other.unsealKey = scene.unsealKey;
        other.shares = scene.shares;
        return other;
    }

    private static Restored restore(
            Scene to, Path backup, Opening opening, Optional<Octets> published) {
        try (opening;
                var restoring = Restoring.begin(to.world(), Optional.of(to.secret()), backup)) {
            return restoring.complete(opening, published);
        }
    }

    private static RevocationList list(Scene scene) {
        return scene.looked(km ->
                Crls.read(km.crl("ca").der().copy(), km.authorities().getFirst()).orElseThrow());
    }

    @Test
    @DisplayName("a backup taken while sealed gives everything back on another machine")
    void anotherMachine() throws IOException {
        scene.issue("info@example.com");
        backup();
        var other = elsewhere(true);
        restore(other, file, other.byShares(1, 2), Optional.empty());
        assertEquals(2, other.looked(km -> km.certificates(Optional.empty())).size());
        assertTrue(other.looked(km -> km.verify(Optional.empty())).faults().isEmpty());
        other.issue("second@example.com");
        other.opened(
                other.byShares(2, 3),
                vault -> {
                    try (var files =
                            vault.recover(
                                    Scene.mailbox("info@example.com"),
                                    Optional.empty(),
                                    Pkcs12.Form.MODERN)) {
                        assertEquals(1, files.files().size());
                    }
                    return true;
                });
        assertFalse(Files.exists(other.data.resolve("km.restoring")));
    }

    @Test
    @DisplayName("without the old start secret the runtime tier is made anew: lists, OCSP, audit")
    void anotherStartSecret() throws IOException {
        scene.issue("info@example.com");
        backup();
        var other = elsewhere(false);
        var done = restore(other, file, other.byShares(1, 2), Optional.empty());
        assertTrue(done.notes().toString().contains("made anew"), done.toString());
        assertTrue(other.looked(km -> km.verify(Optional.empty())).faults().isEmpty());
        assertEquals("sealed", other.looked(KeyManagement::status).state());
        assertTrue(list(other).number().longValue() > 1_000);
        other.issue("second@example.com");
    }

    @Test
    @DisplayName("what was revoked after the backup stays revoked, and numbers go on above")
    void published() throws IOException {
        var before = scene.issue("info@example.com");
        backup();
        var after = scene.issue("later@example.com");
        for (var serial :
                java.util.List.of(before.getFirst().serial(), after.getFirst().serial())) {
            scene.opened(
                    scene.byKey(),
                    vault ->
                            vault.revoke(
                                    new Chosen.Serial(serial), RevocationReason.KEY_COMPROMISE));
        }
        var last = scene.looked(km -> km.crl("ca"));
        var other = elsewhere(true);
        var done = restore(other, file, other.byShares(1, 2), Optional.of(last.der()));
        assertTrue(done.checked().toString().contains("2 certificates"), done.toString());
        var list = list(other);
        assertEquals(2, list.entries().size());
        assertTrue(list.number().longValue() > last.number() + 13);
        assertEquals(
                "revoked",
                other.looked(km -> km.certificates(Optional.of("info@example.com"))).stream()
                        .filter(one -> one.serial().equals(before.getFirst().serial()))
                        .findFirst()
                        .orElseThrow()
                        .state());
    }

    @Test
    @DisplayName("a list that is not of this authority is refused, and nothing is restored")
    void foreignList() throws IOException {
        backup();
        var stranger = Scene.founded(Files.createDirectory(folder.resolve("stranger")));
        var foreign = stranger.looked(km -> km.crl("ca")).der();
        var other = elsewhere(true);
        assertTrue(
                refused(() -> restore(other, file, other.byShares(1, 2), Optional.of(foreign)))
                        .contains("none that this vault's authority signed"));
        assertFalse(KeyManagement.exists(other.world()));
        assertFalse(Files.exists(other.data.resolve("km.restoring")));
    }

    @Test
    @DisplayName("a damaged, cut, foreign or forged backup is told, whatever octet was changed")
    void damaged() throws IOException {
        backup();
        var octets = Files.readAllBytes(file);
        var other = elsewhere(true);
        var begin = BeginOf.database(octets);
        for (int at : new int[] {0, begin - 100, begin + 5_000, octets.length - 1}) {
            var changed = octets.clone();
            changed[at] ^= 1;
            Files.write(file, changed);
            var why = refused(() -> restore(other, file, other.byShares(1, 2), Optional.empty()));
            assertTrue(
                    why.contains("no backup")
                            || why.contains("another vault")
                            || why.contains("damaged")
                            || why.contains("changed"),
                    why);
        }
        Files.write(file, Arrays.copyOf(octets, octets.length - 7));
        assertTrue(
                refused(() -> restore(other, file, other.byShares(1, 2), Optional.empty()))
                        .contains("cut off"));
        Files.writeString(file, "nothing\n", StandardCharsets.US_ASCII);
        assertTrue(
                refused(() -> restore(other, file, other.byShares(1, 2), Optional.empty()))
                        .contains("no backup"));
        assertFalse(KeyManagement.exists(other.world()));
    }

    /// Where the database begins in a backup.
    private static final class BeginOf {
        static int database(byte[] octets) {
            int lines = 0;
            for (int i = 0; ; i++) {
                if (octets[i] == '\n' && ++lines == 3) {
                    return i + 1;
                }
            }
        }
    }

    @Test
    @DisplayName("verify-backup opens it with any medium and changes nothing")
    void proven() throws IOException {
        backup();
        var other = elsewhere(true);
        try (var looking = Restoring.begin(other.world(), Optional.of(other.secret()), file)) {
            for (var opening : new Opening[] {other.byKey(), other.byShares(1, 3)}) {
                try (opening) {
                    looking.prove(opening);
                }
            }
            assertTrue(looking.found().checked().toString().contains("the shares give"));
            var stranger = Scene.founded(Files.createDirectory(folder.resolve("stranger")));
            assertTrue(refused(() -> looking.prove(stranger.byKey())).contains("unseal key"));
        }
        assertFalse(KeyManagement.exists(other.world()));
        assertFalse(Files.exists(other.data.resolve("km.restoring")));
    }

    @Test
    @DisplayName("a vault that is there is never overwritten by a restore")
    void vacant() {
        backup();
        assertTrue(
                refused(() -> restore(scene, file, scene.byKey(), Optional.empty()))
                        .contains("move that folder away"));
    }

    @Test
    @DisplayName("ended between any two steps, a restore left nothing or everything")
    void endedAnywhere() throws IOException {
        scene.issue("info@example.com");
        backup();
        var other = elsewhere(true);
        for (int end = 0; !KeyManagement.exists(other.world()); end++) {
            var left = new int[] {end};
            other.steps =
                    name -> {
                        if (left[0]-- == 0) {
                            throw new Scene.Died();
                        }
                    };
            try {
                restore(other, file, other.byShares(1, 2), Optional.empty());
            } catch (Scene.Died e) {
                // As a power failure would.
            }
            other.steps = Steps.NONE;
            assertTrue(end < 50, "it never came to its end");
        }
        assertEquals(2, other.looked(km -> km.certificates(Optional.empty())).size());
        assertTrue(other.looked(km -> km.verify(Optional.empty())).faults().isEmpty());
        other.issue("second@example.com");
    }

    @Test
    @DisplayName("a folder taken back to last week is told of, and does no act")
    void takenBack() throws IOException {
        var anchor = Files.createDirectory(folder.resolve("elsewhere")).resolve("anchor");
        scene.opened(
                scene.byKey(),
                vault -> {
                    vault.anchor(Optional.of(anchor));
                    return true;
                });
        var lastWeek = folder.resolve("last-week");
        copy(scene.data, lastWeek);
        scene.clock.advance(Duration.ofDays(7));
        scene.issue("info@example.com");
        assertTrue(
                scene.looked(KeyManagement::status).warnings().stream()
                        .noneMatch(warning -> warning.contains("taken back")));
        var back = new Scene(lastWeek);
        back.unsealKey = scene.unsealKey;
        back.clock.advance(Duration.ofDays(7));
        assertTrue(back.looked(KeyManagement::status).warnings().getFirst().contains("taken back"));
        assertTrue(refused(() -> back.issue("other@example.com")).contains("taken back"));
        assertEquals(0, back.looked(km -> km.certificates(Optional.empty())).size());
        back.opened(
                back.byKey(),
                vault -> {
                    vault.anchor(Optional.empty());
                    return true;
                });
        back.issue("other@example.com");
    }

    @Test
    @DisplayName(
            "an anchor that is not there stops acts, not looking; one in the folder is refused")
    void anchorGone() throws IOException {
        var anchor = Files.createDirectory(folder.resolve("elsewhere")).resolve("anchor");
        scene.opened(
                scene.byKey(),
                vault -> {
                    vault.anchor(Optional.of(anchor));
                    return true;
                });
        Files.delete(anchor);
        assertTrue(refused(() -> scene.issue("info@example.com")).contains("mounted"));
        assertTrue(
                scene.looked(KeyManagement::status).warnings().getFirst().contains("is not there"));
        assertTrue(
                refused(() ->
                                scene.opened(
                                        scene.byKey(),
                                        vault -> {
                                            vault.anchor(Optional.of(scene.data.resolve("anchor")));
                                            return true;
                                        }))
                        .contains("data folder"));
    }

    @Test
    @DisplayName("a move opens with the other machine's key alone, and freezes this one")
    void moved() throws IOException {
        scene.issue("info@example.com");
        var other = elsewhere(false);
        var machine = MachineKey.make(other.world(), other.secret());
        var sent = folder.resolve("km.move");
        scene.opened(
                scene.byKey(),
                vault -> {
                    vault.move(machine, sent);
                    return true;
                });
        assertTrue(Envelope.is(sent));
        assertTrue(refused(() -> scene.issue("other@example.com")).contains("moved to another"));
        assertTrue(scene.looked(KeyManagement::status).warnings().getFirst().contains("moved"));
        var plain = folder.resolve("plain");
        assertTrue(
                refused(() -> MachineKey.open(scene.world(), scene.secret(), sent, plain))
                        .contains("no key for a move"));
        MachineKey.open(other.world(), other.secret(), sent, plain);
        assertTrue(
                refused(() -> restore(other, plain, other.byKey(), Optional.empty()))
                        .contains("the shares"));
        restore(other, plain, other.byShares(1, 2), Optional.empty());
        other.issue("second@example.com");
        assertEquals(4, other.looked(km -> km.certificates(Optional.empty())).size());
        scene.opened(
                scene.byKey(),
                vault -> {
                    vault.stay();
                    return true;
                });
        scene.issue("other@example.com");
    }

    @Test
    @DisplayName("what shows that a folder was taken back is not undone by a wrong passphrase")
    void alarmStays() throws IOException {
        var anchor = Files.createDirectory(folder.resolve("elsewhere")).resolve("anchor");
        scene.opened(
                scene.byKey(),
                vault -> {
                    vault.anchor(Optional.of(anchor));
                    return true;
                });
        var lastWeek = folder.resolve("last-week");
        copy(scene.data, lastWeek);
        scene.issue("info@example.com");
        var back = new Scene(lastWeek);
        refused(() -> back.opened(Scene.byPassphrase("not the passphrase"), _ -> true));
        assertTrue(back.looked(KeyManagement::status).warnings().getFirst().contains("taken back"));
    }

    @Test
    @DisplayName("a list that is older than the backup is refused")
    void oldList() throws IOException {
        var before = scene.issue("info@example.com");
        var old = scene.looked(km -> km.crl("ca")).der();
        scene.clock.advance(Duration.ofMinutes(1));
        scene.opened(
                scene.byKey(),
                vault ->
                        vault.revoke(
                                new Chosen.Serial(before.getFirst().serial()),
                                RevocationReason.KEY_COMPROMISE));
        backup();
        var other = elsewhere(true);
        other.clock.advance(Duration.ofMinutes(1));
        assertTrue(
                refused(() -> restore(other, file, other.byShares(1, 2), Optional.of(old)))
                        .contains("fetch the last one"));
    }

    @Test
    @DisplayName("a restored vault revokes by serial number what it does not know")
    void unknown() throws IOException {
        backup();
        var after = scene.issue("later@example.com").getFirst().serial();
        var other = elsewhere(true);
        restore(other, file, other.byShares(1, 2), Optional.empty());
        other.opened(
                other.byKey(),
                vault -> {
                    vault.revokeUnknown(new Chosen.Serial(after), RevocationReason.KEY_COMPROMISE);
                    return true;
                });
        assertEquals(after, list(other).entries().getFirst().serial().toString(16));
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var all = Files.walk(from)) {
            for (var one : (Iterable<Path>) all::iterator) {
                Files.copy(
                        one,
                        to.resolve(from.relativize(one).toString()),
                        java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }
}
