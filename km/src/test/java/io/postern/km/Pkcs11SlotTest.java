package io.postern.km;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.km.secret.KmException;
import io.postern.km.secret.Secret;
import io.postern.km.vault.Opening;
import io.postern.km.vault.Pkcs11Token;
import io.postern.km.vault.SoftHsm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("a slot that a PKCS #11 token opens")
class Pkcs11SlotTest {
    private static final String TOKEN = "postern-test";
    private static final String PIN = "246810";

    @TempDir private Path data;

    private static String refused(Runnable act) {
        return String.valueOf(assertThrows(KmException.class, act::run).getMessage());
    }

    private static void assertSays(String wanted, String said) {
        assertTrue(said.contains(wanted), said);
    }

    private static Pkcs11Token login(Path library, String token, String pin) {
        try (var secret = Secret.of(pin.toCharArray())) {
            return Pkcs11Token.open(library, token, secret);
        }
    }

    @Test
    @DisplayName("a library that is missing, or is none, is named with the remedy")
    void noLibrary() throws Exception {
        assertSays(
                "there is no PKCS #11 library",
                refused(() -> login(data.resolve("none.so"), TOKEN, PIN)));
        var text = Files.writeString(data.resolve("text.so"), "no library");
        assertSays("is no PKCS #11 library", refused(() -> login(text, TOKEN, PIN)));
        assertSays(
                "characters that can't be in it",
                refused(() -> login(Path.of("a\nslot = 1"), TOKEN, PIN)));
    }

    @TestFactory
    @DisplayName("SoftHSM")
    Stream<DynamicTest> softHsm() {
        return SoftHsm.library().stream()
                .peek(_ -> SoftHsm.token(TOKEN, PIN))
                .flatMap(library ->
                        Stream.of(
                                DynamicTest.dynamicTest("opens", () -> opens(library)),
                                DynamicTest.dynamicTest(
                                        "token absent, wrong PIN, key gone, other token",
                                        () -> faults(library))));
    }

    private Scene scene(Path library, String name) throws java.io.IOException {
        var scene = new Scene(Files.createDirectory(data.resolve(name)));
        scene.found(java.util.Optional.of(new FoundingSettings.Quorum(2, 3)));
        try (var token = login(library, TOKEN, PIN)) {
            int slot =
                    scene.<Integer>opened(
                            scene.byShares(1, 2), vault -> vault.addPkcs11(token, Pkcs11Token.KEY));
            assertEquals(3, slot);
        }
        return scene;
    }

    private static List<CertificateView> hold(Scene scene, Path library) {
        return scene.opened(
                new Opening.ByPkcs11(login(library, TOKEN, PIN)),
                vault -> vault.hold(Chosen.of("info@example.com")));
    }

    private void opens(Path library) throws java.io.IOException {
        var scene = scene(library, "opens");
        scene.issue("info@example.com");
        assertEquals(2, hold(scene, library).size());
        assertSays(
                "key \"postern-km\" of the PKCS #11 token \"postern-test\"",
                scene.looked(KeyManagement::slots).getLast().words());
        assertSays(
                "with the shares",
                refused(() ->
                        scene.opened(
                                new Opening.ByPkcs11(login(library, TOKEN, PIN)),
                                vault -> vault.addUnsealKey(_ -> {}))));
        // A second slot of the same key, and the first removed.
        try (var token = login(library, TOKEN, PIN)) {
            scene.opened(scene.byShares(1, 2), vault -> vault.addPkcs11(token, Pkcs11Token.KEY));
        }
        scene.opened(
                scene.byShares(1, 2),
                vault -> {
                    vault.removeSlot(3);
                    return true;
                });
        scene.opened(
                new Opening.ByPkcs11(login(library, TOKEN, PIN)),
                vault -> vault.release(Chosen.of("info@example.com")));
    }

    private void faults(Path library) throws java.io.IOException {
        var scene = scene(library, "faults");
        assertSays("there is no token \"other\"", refused(() -> login(library, "other", PIN)));
        assertSays(
                "after a few the token locks itself",
                refused(() -> login(library, TOKEN, "000000")));
        scene.sql("UPDATE slot SET parameters = replace(parameters, 'secret=', 'secret=00')");
        assertSays("does not open the vault", refused(() -> hold(scene, library)));
        scene.sql("UPDATE slot SET parameters = replace(parameters, 'secret=00', 'secret=x')");
        assertSays("is damaged", refused(() -> hold(scene, library)));
        scene.sql(
                "UPDATE slot SET parameters = replace(parameters, 'key=', 'key=61')"
                        + " WHERE kind = 'pkcs11'");
        scene.sql("UPDATE slot SET parameters = replace(parameters, 'secret=x', 'secret=')");
        assertSays("is not in token", refused(() -> hold(scene, library)));
        scene.opened(
                scene.byShares(1, 2),
                vault -> {
                    vault.removeSlot(3);
                    return true;
                });
        assertSays("no slot of this vault is for the token", refused(() -> hold(scene, library)));
    }
}
