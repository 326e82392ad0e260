package io.postern.km;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.km.ca.RevocationReason;
import io.postern.km.ca.Usage;
import io.postern.km.secret.KmException;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("issuing to many")
class BulkTest {
    @TempDir private Path folder;
    private Path data = Path.of("");
    private Path out = Path.of("");
    private Path passphrases = Path.of("");

    @BeforeEach
    void folders() throws IOException {
        data = Files.createDirectory(folder.resolve("data"));
        out = Files.createDirectory(folder.resolve("out"));
        passphrases = Files.createDirectory(folder.resolve("passphrases"));
    }

    /// What a run said.
    private static final class Seen implements BulkWatch {
        final List<Integer> done = new ArrayList<>();
        final List<String> passed = new ArrayList<>();

        @Override
        public void done(int index, List<CertificateView> made) {
            done.add(index);
        }

        @Override
        public void portion() {}

        @Override
        public void passed(int index, boolean had, String why) {
            passed.add(index + (had ? " had: " : ": ") + why);
        }
    }

    static List<IssueOrder> orders(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> Scene.order("user%03d@example.com".formatted(i)))
                .toList();
    }

    private static int lines(Scene scene) {
        return scene.looked(km -> km.lines().size());
    }

    private Seen run(Scene scene, List<IssueOrder> orders) {
        return scene.opened(
                scene.byKey(),
                vault -> {
                    var handout = new HandoutFolder(vault.name(), out, Optional.of(passphrases));
                    handout.settle(vault);
                    var seen = new Seen();
                    vault.issueAll(orders, handout, seen);
                    return seen;
                });
    }

    private static List<String> names(Path folder) throws IOException {
        try (var all = Files.list(folder)) {
            return all.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    @DisplayName("each has files of 0600 that the passphrase in the other folder opens")
    void files() throws IOException, GeneralSecurityException {
        var scene = Scene.founded(data);
        var seen = run(scene, orders(40));
        assertEquals(IntStream.range(0, 40).boxed().toList(), seen.done);
        assertEquals(80, names(out).size());
        assertEquals(40, names(passphrases).size());
        for (var text : names(passphrases)) {
            var passphrase = Files.readString(passphrases.resolve(text)).strip();
            var address = text.substring(0, text.lastIndexOf('-'));
            int opened = 0;
            for (var file : names(out)) {
                if (file.startsWith(address + "-")) {
                    var store = KeyStore.getInstance("PKCS12");
                    store.load(
                            new ByteArrayInputStream(Files.readAllBytes(out.resolve(file))),
                            passphrase.toCharArray());
                    opened += store.size() > 0 ? 1 : 0;
                    assertEquals(
                            PosixFilePermissions.fromString("rw-------"),
                            Files.getPosixFilePermissions(out.resolve(file)));
                }
            }
            assertEquals(2, opened, text);
        }
        assertEquals(41, lines(scene), "init, and one for each");
        assertEquals(List.of(), scene.looked(km -> km.verify(Optional.empty())).faults());
    }

    @Test
    @DisplayName("who has what is ordered is passed, who is named twice, and who can't have one")
    void passed() {
        var scene = Scene.founded(data);
        scene.issue("user001@example.com");
        var orders = new ArrayList<>(orders(3));
        orders.add(Scene.order("User000@Example.com"));
        orders.add(Scene.order("user@[192.0.2.1]"));
        var seen = run(scene, orders);
        assertEquals(List.of(0, 2), seen.done);
        assertEquals(3, seen.passed.size(), seen.passed.toString());
        assertTrue(seen.passed.get(0).startsWith("1 had: user001"), seen.passed.get(0));
        assertTrue(seen.passed.get(1).contains("named twice"), seen.passed.get(1));
        assertTrue(seen.passed.get(2).contains("has no domain"), seen.passed.get(2));
    }

    @Test
    @DisplayName("the passphrases do not go beside the files")
    void apart() {
        var same = folder.resolve("data/../out");
        assertThrows(KmException.class, () -> new HandoutFolder("ABCD", out, Optional.of(same)));
    }

    @Test
    @DisplayName("a disk that takes no file ends it, and the portion does not stand")
    void noDisk() throws IOException {
        var scene = Scene.founded(data);
        scene.opened(
                scene.byKey(),
                vault -> {
                    var full =
                            new Handout() {
                                @Override
                                public void keep(KeyFiles files) {
                                    throw new KmException("the disk is full");
                                }

                                @Override
                                public void show(KeyFiles files) {
                                    throw new AssertionError("nothing stands");
                                }
                            };
                    var seen = new Seen();
                    assertThrows(KmException.class, () -> vault.issueAll(orders(3), full, seen));
                    return seen;
                });
        assertEquals(List.of(), scene.looked(km -> km.certificates(Optional.empty())));
    }

    @ParameterizedTest(name = "{0}")
    @DisplayName(
            "killed (SIGKILL), it goes on when asked again: each has one certificate of a kind, and all files")
    @ValueSource(
            strings = {
                "1 issue: files kept",
                "1 issue: changed",
                "1 issue: committed",
                "2 issue: line written",
                "2 issue: filed",
                "5 issue: shown",
                "34 issue: shown"
            })
    void killed(String step) throws IOException, InterruptedException {
        var scene = Scene.founded(data);
        int times = Integer.parseInt(step.substring(0, step.indexOf(' ')));
        kill(scene, step.substring(step.indexOf(' ') + 1), times);
        int before = scene.looked(km -> km.certificates(Optional.empty()).size());
        var seen = run(scene, orders(36));
        assertEquals(36, before / 2 + seen.done.size());
        var certificates = scene.looked(km -> km.certificates(Optional.empty()));
        assertEquals(72, certificates.size());
        assertEquals(72, names(out).size());
        assertEquals(36, names(passphrases).size());
        var wanted = new HashSet<String>();
        certificates.forEach(one -> wanted.add(KeyFile.name(one)));
        assertEquals(wanted, new HashSet<>(names(out)));
        assertFalse(names(passphrases).toString().contains(".part"));
        assertEquals(List.of(), scene.looked(km -> km.verify(Optional.empty())).faults());
    }

    private void kill(Scene scene, String step, int times)
            throws IOException, InterruptedException {
        var child =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty(
                                        "surefire.test.class.path",
                                        System.getProperty("java.class.path")),
                                KilledBulk.class.getName(),
                                data.toString(),
                                out.toString(),
                                passphrases.toString(),
                                step,
                                Integer.toString(times))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try (var said =
                        new BufferedReader(
                                new InputStreamReader(
                                        child.getInputStream(), StandardCharsets.UTF_8));
                var in = child.outputWriter(StandardCharsets.UTF_8)) {
            in.write(scene.unsealKey + "\n");
            in.flush();
            assertEquals("at " + step, said.readLine());
            child.destroyForcibly();
        }
        assertEquals(128 + 9, child.waitFor());
    }

    @Test
    @DisplayName("what ends soon is due, and is renewed with keys of its kind; leavers are not")
    void renewal() {
        var scene = Scene.founded(data);
        for (var name : List.of("stays", "leaves", "lost", "again")) {
            scene.issue(name + "@example.com");
        }
        assertEquals(0, scene.looked(KeyManagement::status).expiring());
        scene.clock.advance(Duration.ofDays(710));
        scene.opened(scene.byKey(), vault -> vault.leave("leaves@example.com"));
        scene.opened(
                scene.byKey(),
                vault ->
                        vault.revoke(
                                Chosen.of("lost@example.com"), RevocationReason.KEY_COMPROMISE));
        scene.opened(
                scene.byKey(),
                vault -> {
                    try (var files = vault.renew(Scene.order("again@example.com"))) {
                        return files.files().size();
                    }
                });
        assertEquals(2, scene.looked(KeyManagement::status).expiring());
        var seen =
                scene.opened(
                        scene.byKey(),
                        vault -> {
                            var due = vault.due(RenewalsDue.SOON);
                            assertEquals(
                                    due.certificates(), vault.dueCertificates(RenewalsDue.SOON));
                            assertEquals("stays@example.com", due.all().getFirst().address());
                            var said = new Seen();
                            vault.renewAll(
                                    due.orders(
                                            IssueOrder.LIFETIME,
                                            io.postern.km.ca.Pkcs12.Form.MODERN),
                                    new HandoutFolder(vault.name(), out, Optional.of(passphrases)),
                                    said);
                            return said;
                        });
        assertEquals(List.of(0), seen.done);
        assertEquals(0, scene.looked(KeyManagement::status).expiring());
        var now = scene.looked(km -> km.certificates(Optional.of("stays@example.com")));
        assertEquals(4, now.size());
        assertEquals(
                "EC",
                scene.looked(km ->
                        km.certificate(now.getFirst().serial()).getPublicKey().getAlgorithm()));
        assertTrue(scene.looked(km -> km.lines()).getLast().contains("renew"), "a line for each");
    }

    private static IssueOrder both(String address) {
        var all = Scene.order(address);
        return new IssueOrder(
                all.address(), List.of(Usage.BOTH), all.kind(), all.lifetime(), all.form());
    }

    private static List<RenewalsDue.One> due(Scene scene) {
        return scene.looked(km -> km.due(RenewalsDue.SOON)).all();
    }

    @Test
    @DisplayName("who has two in the place of one that was revoked is due; who has one of them not")
    void replaced() {
        var scene = Scene.founded(data);
        for (var name : List.of("two@example.com", "one@example.com")) {
            scene.opened(
                    scene.byKey(),
                    vault -> {
                        vault.issue(both(name)).close();
                        return vault.revoke(Chosen.of(name), RevocationReason.SUPERSEDED);
                    });
        }
        scene.clock.advance(Duration.ofDays(1));
        scene.issue("two@example.com");
        var sign = Scene.order("one@example.com");
        scene.opened(
                scene.byKey(),
                vault -> {
                    vault.issue(
                                    new IssueOrder(
                                            sign.address(),
                                            List.of(Usage.SIGN),
                                            sign.kind(),
                                            sign.lifetime(),
                                            sign.form()))
                            .close();
                    return true;
                });
        assertEquals(List.of(), due(scene));
        scene.clock.advance(Duration.ofDays(710));
        var due = due(scene);
        assertEquals(1, due.size(), due.toString());
        assertEquals("two@example.com", due.getFirst().address());
        assertEquals(java.util.Set.of(Usage.SIGN, Usage.ENCRYPT), due.getFirst().usages());
        assertEquals(2, scene.looked(KeyManagement::status).expiring());
    }

    @Test
    @DisplayName("of who signs with a key of their own the key for reading is renewed all the same")
    void ownKey() {
        var scene = Scene.founded(data);
        scene.issue("info@example.com");
        scene.opened(
                scene.byKey(),
                vault ->
                        vault.desk()
                                .database()
                                .transaction(on -> {
                                    on.update(
                                            "UPDATE certificate SET own_key = 1 WHERE usage = 'sign'");
                                    return true;
                                }));
        scene.clock.advance(Duration.ofDays(710));
        var due = scene.looked(km -> km.due(RenewalsDue.SOON));
        assertEquals(1, due.ownKeys());
        assertEquals(2, due.certificates());
        var orders = due.orders(IssueOrder.LIFETIME, io.postern.km.ca.Pkcs12.Form.MODERN);
        assertEquals(
                List.of(List.of(Usage.ENCRYPT)), orders.stream().map(IssueOrder::usages).toList());
    }

    @Test
    @DisplayName(
            "issue: what a process that died between commit and names left is shown by the next")
    void issueSettles() throws IOException {
        var scene = Scene.founded(data);
        scene.steps =
                name -> {
                    if (name.equals("issue: committed")) {
                        throw new Scene.Died();
                    }
                };
        assertThrows(
                Scene.Died.class,
                () ->
                        scene.opened(
                                scene.byKey(),
                                vault ->
                                        vault.issue(
                                                Scene.order("info@example.com"),
                                                new HandoutFolder(
                                                        vault.name(), out, Optional.empty()))));
        scene.steps = Steps.NONE;
        assertEquals(2, names(out).stream().filter(name -> name.endsWith(".part")).count());
        var other = Scene.founded(Files.createDirectory(folder.resolve("other")));
        assertEquals(List.of(), settled(other), "another vault's are left alone");
        assertEquals(2, settled(scene).size());
        assertEquals(2, names(out).stream().filter(name -> name.endsWith(".p12")).count());
    }

    private List<Path> settled(Scene scene) {
        return scene.opened(
                scene.byKey(),
                vault -> new HandoutFolder(vault.name(), out, Optional.empty()).settle(vault));
    }
}
