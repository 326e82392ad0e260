package io.postern.km;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.km.ca.Crls;
import io.postern.km.ca.Pkcs12;
import io.postern.km.ca.RevocationReason;
import io.postern.km.secret.Secret;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("an act that ends between any two steps: it and its audit line both stand, or neither")
class CrashTest {
    @TempDir private Path folder;

    /// Each act, on a vault in which Info has certificates and Sales's are held.
    private static final Map<String, Function<OpenVault, Integer>> ACTS =
            Map.of(
                    "issue", vault -> vault.issue(Scene.order("carol@example.com")).files().size(),
                    "renew", vault -> vault.renew(Scene.order("info@example.com")).files().size(),
                    "revoke",
                            vault ->
                                    vault.revoke(
                                                    Chosen.of("info@example.com"),
                                                    RevocationReason.SUPERSEDED)
                                            .size(),
                    "hold", vault -> vault.hold(Chosen.of("info@example.com")).size(),
                    "release", vault -> vault.release(Chosen.of("sales@example.com")).size(),
                    "leave", vault -> vault.leave("info@example.com").size(),
                    "recover",
                            vault ->
                                    vault.recover(
                                                    Scene.mailbox("info@example.com"),
                                                    Optional.empty(),
                                                    Pkcs12.Form.MODERN)
                                            .files()
                                            .size(),
                    "sign-crls",
                            vault -> {
                                vault.sign();
                                return 1;
                            },
                    "add-slot",
                            vault ->
                                    vault.addPassphrase(
                                            Secret.of("correct horse battery".toCharArray())),
                    "remove-slot",
                            vault -> {
                                vault.removeSlot(1);
                                return 1;
                            });

    /// What the folder says: certificates, slots, the list in force, and how many lines.
    private static List<String> state(Scene scene) {
        return scene.looked(km -> {
            var all = new ArrayList<String>();
            km.certificates(Optional.empty()).forEach(one -> all.add(one.toString()));
            km.slots().forEach(slot -> all.add(slot.toString()));
            var crl = km.crl("ca");
            all.add("list " + crl.number() + " of " + crl.entries());
            all.add(
                    "signed "
                            + Crls.read(crl.der().copy(), km.authorities().getFirst()).isPresent());
            all.add("lines " + km.lines().size());
            return all;
        });
    }

    private Path copy(Path from, String name) {
        var to = folder.resolve(name);
        try (var walk = Files.walk(from)) {
            for (var file : (Iterable<Path>) walk::iterator) {
                var target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectory(
                            target,
                            PosixFilePermissions.asFileAttribute(
                                    PosixFilePermissions.fromString("rwx------")));
                } else {
                    Files.copy(file, target, java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return to;
    }

    private Scene copy(Scene whole, String name) {
        var scene = new Scene(copy(whole.data, name));
        scene.unsealKey = whole.unsealKey;
        scene.shares = whole.shares;
        return scene;
    }

    private Scene prepared() throws IOException {
        var scene =
                Scene.founded(
                        Files.createDirectory(
                                folder.resolve("whole"),
                                PosixFilePermissions.asFileAttribute(
                                        PosixFilePermissions.fromString("rwx------"))));
        scene.issue("info@example.com");
        scene.issue("sales@example.com");
        scene.opened(scene.byKey(), vault -> vault.hold(Chosen.of("sales@example.com")));
        return scene;
    }

    @TestFactory
    @DisplayName("each act, each step")
    Stream<DynamicTest> acts() throws IOException {
        var whole = prepared();
        var before = state(whole);
        return ACTS.entrySet().stream()
                .map(act ->
                        DynamicTest.dynamicTest(act.getKey(), () -> everyStep(whole, before, act)));
    }

    private void everyStep(
            Scene whole, List<String> before, Map.Entry<String, Function<OpenVault, Integer>> act) {
        for (int deadly = 0; ; deadly++) {
            var scene = copy(whole, act.getKey() + deadly);
            var seen = new ArrayList<String>();
            int end = deadly;
            scene.steps =
                    name -> {
                        seen.add(name);
                        if (seen.size() > end) {
                            throw new Scene.Died();
                        }
                    };
            boolean died;
            try {
                scene.opened(scene.byShares(1, 2), act.getValue());
                died = false;
            } catch (Scene.Died _) {
                died = true;
            }
            scene.steps = Steps.NONE;
            var after = state(scene);
            boolean stands = after.contains("lines " + (linesOf(before) + 1));
            boolean committed = seen.contains(act.getKey() + ": committed");
            assertEquals(committed, stands, "after " + seen + ": " + after);
            if (!committed) {
                assertEquals(before, after, "after " + seen);
            }
            // The next start gives the file what it lacks, and all is whole again.
            scene.opened(
                    scene.byShares(1, 2),
                    vault -> {
                        vault.sign();
                        return 1;
                    });
            var result = scene.looked(km -> km.verify(Optional.empty()));
            assertEquals(List.of(), result.faults());
            assertEquals(List.of(), result.notes());
            if (!died) {
                assertTrue(seen.size() >= 5, "steps " + seen);
                return;
            }
        }
    }

    private static int linesOf(List<String> state) {
        return state.stream()
                .filter(text -> text.startsWith("lines "))
                .mapToInt(text -> Integer.parseInt(text.substring(6)))
                .findFirst()
                .orElseThrow();
    }

    @TestFactory
    @DisplayName("init: each step leaves no vault, or a whole one")
    Stream<DynamicTest> init() {
        return Stream.of(
                        "init: keys made",
                        "init: ready",
                        "init: changed",
                        "init: line written",
                        "init: committed",
                        "init: filed")
                .map(step -> DynamicTest.dynamicTest(step, () -> initDies(step)));
    }

    private void initDies(String step) throws IOException {
        var scene =
                new Scene(
                        Files.createDirectory(
                                folder.resolve(step.replaceAll("\\W", "")),
                                PosixFilePermissions.asFileAttribute(
                                        PosixFilePermissions.fromString("rwx------"))));
        scene.steps =
                name -> {
                    if (name.equals(step)) {
                        throw new Scene.Died();
                    }
                };
        var quorum = Optional.of(new FoundingSettings.Quorum(2, 3));
        assertThrows(Scene.Died.class, () -> scene.found(quorum));
        scene.steps = Steps.NONE;
        if (step.equals("init: committed") || step.equals("init: filed")) {
            assertEquals("sealed", scene.looked(KeyManagement::status).state());
            assertEquals(2, scene.issue("info@example.com").size());
        } else {
            scene.found(quorum);
            assertEquals(2, scene.issue("info@example.com").size());
        }
        assertEquals(List.of(), scene.looked(km -> km.verify(Optional.empty())).faults());
    }
}
