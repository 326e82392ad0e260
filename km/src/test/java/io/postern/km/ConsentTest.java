package io.postern.km;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.km.audit.AuditLine;
import io.postern.km.ca.Pkcs12;
import io.postern.km.ca.RevocationReason;
import io.postern.km.consent.ApproverKey;
import io.postern.km.consent.Draft;
import io.postern.km.consent.Operation;
import io.postern.km.secret.KmException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("acts that ask approvers")
class ConsentTest {
    private static final Chosen INFO = Chosen.of("info@example.com");

    @TempDir private Path data;

    private final Map<String, ApproverKey> keys = new HashMap<>();
    private Scene scene;

    /// Three approvers, of whom two must agree to recovery and to changes of the rules, and one to
    /// revocation; issuing is free.
    @BeforeEach
    void found() {
        scene = Scene.founded(data);
        for (var name : List.of("anna", "boris", "carol")) {
            keys.put(name, ApproverKey.make(name, new SecureRandom()));
        }
        shares(vault -> vault.administrators().add(key("anna").approver()));
        shares(vault -> vault.administrators().add(key("boris").approver()));
        shares(vault -> vault.administrators().add(key("carol").approver()));
        shares(vault ->
                vault.administrators()
                        .set(
                                Map.of(
                                        Operation.REVOKE, 1,
                                        Operation.RECOVER, 2,
                                        Operation.EXPORT, 2,
                                        Operation.ADMINISTRATORS, 2,
                                        Operation.POLICY, 2)));
        scene.issue("info@example.com");
    }

    @AfterEach
    void close() {
        keys.values().forEach(ApproverKey::close);
    }

    private ApproverKey key(String name) {
        return keys.getOrDefault(name, keys.values().iterator().next());
    }

    private <T> T shares(Function<OpenVault, T> act) {
        return scene.opened(scene.byShares(1, 2), act);
    }

    private <T> T opened(Function<OpenVault, T> act) {
        return scene.opened(scene.byKey(), act);
    }

    private static String refused(Runnable act) {
        return String.valueOf(assertThrows(KmException.class, act::run).getMessage());
    }

    private static void assertSays(String wanted, String said) {
        assertTrue(said.contains(wanted), said);
    }

    private long request(Draft draft, String... approvers) {
        long id =
                scene.<Long>locked(
                        km -> km.requests().add(draft, "asked for", Duration.ofDays(1)).id());
        sign(id, approvers);
        return id;
    }

    private void sign(long id, String... approvers) {
        for (var name : approvers) {
            scene.locked(km -> km.requests().approve(id, key(name)));
        }
    }

    private List<CertificateView> revoke(long id) {
        return opened(
                vault -> vault.under(id, () -> vault.revoke(INFO, RevocationReason.SUPERSEDED)));
    }

    private static Draft revocation() {
        return Acts.revoke(INFO, RevocationReason.SUPERSEDED);
    }

    private int recover(long id) {
        return shares(vault ->
                vault.under(
                        id,
                        () -> {
                            try (var files =
                                    vault.recover(
                                            Scene.mailbox("info@example.com"),
                                            Optional.empty(),
                                            Pkcs12.Form.MODERN)) {
                                return files.files().size();
                            }
                        }));
    }

    private static Draft recovery() {
        return Acts.recover(
                Scene.mailbox("info@example.com"),
                Optional.empty(),
                Pkcs12.Form.MODERN,
                RecoveredTo.NOBODY);
    }

    private AuditLine last() {
        return AuditLine.parse(scene.looked(KeyManagement::lines).getLast()).orElseThrow();
    }

    @Test
    @DisplayName("an act that needs nobody is done alone; one that needs somebody says how to ask")
    void alone() {
        assertEquals(2, scene.issue("sales@example.com").size());
        var said = refused(() -> opened(vault -> vault.revoke(INFO, RevocationReason.SUPERSEDED)));
        assertSays("revoke needs an approver", said);
        assertSays("--request", said);
        assertSays(
                "recover needs 2 approvers",
                refused(() ->
                        shares(vault ->
                                vault.recover(
                                        Scene.mailbox("info@example.com"),
                                        Optional.empty(),
                                        Pkcs12.Form.MODERN))));
    }

    @Test
    @DisplayName("with enough signatures it is done, once, and the audit names who agreed to what")
    void done() {
        long id = request(revocation(), "anna");
        var pending = scene.looked(km -> km.requests().one(id));
        assertTrue(pending.ready());
        assertEquals(2, revoke(id).size());
        var line = last();
        assertEquals("revoke", line.act());
        assertEquals(Optional.of(pending.request().hash() + " by anna"), line.approved());
        assertEquals(List.of(), scene.looked(km -> km.verify(Optional.empty())).faults());
        assertEquals(List.of(), scene.looked(km -> km.requests().pending()));
        assertSays("was used", refused(() -> revoke(id)));
    }

    @Test
    @DisplayName("a quorum of two: one signature is too few, the same one twice too, two suffice")
    void quorum() {
        long id = request(recovery());
        assertSays("has none", refused(() -> recover(id)));
        sign(id, "anna");
        assertSays("needs 2 approvers, and has anna", refused(() -> recover(id)));
        assertSays("signed request", refused(() -> sign(id, "anna")));
        // The same signature in another row, by another name.
        scene.sql(
                "INSERT INTO approval (request, approver, signature)"
                        + " SELECT request, 'boris', signature FROM approval");
        assertSays("of no use: boris", refused(() -> recover(id)));
        sign(id, "boris");
        assertEquals(1, recover(id));
    }

    @Test
    @DisplayName("an approved request is good for that act alone: op, subject, parameters, reason")
    void another() {
        long id = request(revocation(), "anna");
        record Case(String rule, Function<OpenVault, ?> act) {}
        var others =
                List.of(
                        new Case("op", vault -> vault.hold(INFO)),
                        new Case("op", vault -> vault.leave("info@example.com")),
                        new Case(
                                "subject",
                                vault ->
                                        vault.revoke(
                                                Chosen.of("sales@example.com"),
                                                RevocationReason.SUPERSEDED)),
                        new Case(
                                "parameters",
                                vault -> vault.revoke(INFO, RevocationReason.KEY_COMPROMISE)),
                        new Case(
                                "an act that needs nobody",
                                vault -> vault.issue(Scene.order("carol@example.com"))));
        for (var other : others) {
            var said =
                    refused(() ->
                            opened(vault -> vault.<Object>under(id, () -> other.act.apply(vault))));
            assertSays("is for another act", said);
        }
        assertEquals(2, revoke(id).size(), "and it was not used up");
    }

    @Test
    @DisplayName("one request is one act: a second within it is asked for anew")
    void second() {
        long id = request(Acts.hold(INFO), "anna");
        assertSays(
                "release needs an approver",
                refused(() ->
                        opened(vault ->
                                vault.under(
                                        id,
                                        () -> {
                                            vault.hold(INFO);
                                            return vault.release(INFO);
                                        }))));
        assertEquals("hold", last().act());
    }

    @Test
    @DisplayName("a replay is refused, also when its row was put back as it had been")
    void replay() {
        long id = request(Acts.hold(INFO), "anna");
        opened(vault -> vault.under(id, () -> vault.hold(INFO)));
        long other = request(Acts.release(INFO), "anna");
        opened(vault -> vault.under(other, () -> vault.release(INFO)));
        scene.sql("UPDATE request SET done = NULL");
        assertSays(
                "was used",
                refused(() -> opened(vault -> vault.under(id, () -> vault.hold(INFO)))));
    }

    @Test
    @DisplayName("an act that dies before its commit leaves its request unused; one after uses it")
    void died() {
        long id = request(revocation(), "anna");
        for (var step : List.of("revoke: ready", "revoke: changed", "revoke: line written")) {
            scene.steps = dying(step);
            assertThrows(Scene.Died.class, () -> revoke(id), step);
        }
        assertEquals(1, scene.looked(km -> km.requests().pending()).size());
        scene.steps = dying("revoke: committed");
        assertThrows(Scene.Died.class, () -> revoke(id));
        scene.steps = Steps.NONE;
        assertSays("was used", refused(() -> revoke(id)));
        assertEquals("revoke", last().act());
    }

    private static Steps dying(String step) {
        return name -> {
            if (name.equals(step)) {
                throw new Scene.Died();
            }
        };
    }

    @Test
    @DisplayName("a request that ended is refused, and nobody signs it any more")
    void expired() {
        long id = request(revocation(), "anna");
        scene.clock.advance(Duration.ofDays(1));
        assertSays("ended at", refused(() -> revoke(id)));
        assertSays("ended at", refused(() -> sign(id, "boris")));
        assertSays(
                "up to 30 days",
                refused(() ->
                        scene.locked(
                                km -> km.requests().add(revocation(), "", Duration.ofDays(31)))));
    }

    @Test
    @DisplayName("the signature of somebody who was removed counts no more, nor of a new namesake")
    void removed() {
        long id = request(recovery(), "anna", "boris");
        var dora = ApproverKey.make("dora", new SecureRandom());
        keys.put("dora", dora);
        administer(Acts.addApprover(dora.approver()), a -> a.add(dora.approver()));
        administer(Acts.removeApprover("boris"), a -> a.remove("boris"));
        assertSays("of no use: boris", refused(() -> recover(id)));
        assertSays("boris is no approver", refused(() -> sign(id, "boris")));
        var namesake = ApproverKey.make("boris", new SecureRandom());
        administer(Acts.addApprover(namesake.approver()), a -> a.add(namesake.approver()));
        assertSays("of no use: boris", refused(() -> recover(id)));
    }

    private int needed(io.postern.km.vault.Opening opening) {
        return scene.<Integer>opened(opening, vault -> vault.needed(Operation.RECOVER));
    }

    private void administer(Draft draft, Function<Administrators, ?> act) {
        long id = request(draft, "anna", "carol");
        shares(vault -> vault.<Object>under(id, () -> act.apply(vault.administrators())));
    }

    @Test
    @DisplayName("a forged signature, a changed request, damaged rows are of no use, and are told")
    void damaged() {
        long forged = request(revocation());
        scene.sql(
                "INSERT INTO approval (request, approver, signature) VALUES ("
                        + forged
                        + ", 'anna', 'bm8gc2lnbmF0dXJl')");
        assertSays("of no use: anna", refused(() -> revoke(forged)));
        scene.sql("UPDATE approval SET signature = 'not base 64!'");
        assertSays("of no use: anna", refused(() -> revoke(forged)));

        long longer = request(recovery(), "anna", "boris");
        scene.sql(
                "UPDATE request SET text = replace(text, '2026-11-23', '2026-11-29') WHERE id = "
                        + longer);
        assertSays("of no use: anna, boris", refused(() -> recover(longer)));
        scene.sql("UPDATE request SET text = 'x' || text");
        assertSays("was changed", refused(() -> recover(longer)));
        scene.sql("DELETE FROM request");
        assertSays("there is no request", refused(() -> recover(longer)));
    }

    @Test
    @DisplayName("the request of another vault is refused")
    void otherVault() {
        long id = request(revocation(), "anna");
        scene.sql("UPDATE request SET text = replace(text, '\"vault\":\"', '\"vault\":\"0')");
        assertSays("another vault", refused(() -> revoke(id)));
        assertSays("another vault", refused(() -> sign(id, "boris")));
    }

    @Test
    @DisplayName("rules are changed with shares and the quorum: neither alone suffices")
    void rogue() {
        var dora = ApproverKey.make("dora", new SecureRandom());
        Function<OpenVault, Object> add = vault -> vault.administrators().add(dora.approver());
        assertSays("needs 2 approvers", refused(() -> shares(add)));
        long id = request(Acts.addApprover(dora.approver()), "anna", "boris");
        assertSays(
                "are changed with the shares",
                refused(() -> opened(vault -> vault.under(id, () -> add.apply(vault)))));
        var lower = Map.of(Operation.RECOVER, 0);
        assertSays(
                "needs 2 approvers",
                refused(() -> shares(vault -> vault.administrators().set(lower))));
        assertSays(
                "needs 2 approvers", refused(() -> shares(vault -> vault.addUnsealKey(_ -> {}))));
        long export = request(Acts.exportAuthority(), "anna", "boris");
        assertSays(
                "with the shares",
                refused(() ->
                        opened(vault ->
                                vault.under(
                                        export, () -> vault.exportAuthority(Pkcs12.Form.MODERN)))));
        assertEquals(3, scene.looked(km -> km.requests().rules()).approvers().size());
    }

    @Test
    @DisplayName("settings and removals that lock everyone out are refused, with the remedy")
    void lockout() {
        record Case(Map<Operation, Integer> numbers, String said) {}
        var cases =
                List.of(
                        new Case(Map.of(Operation.ISSUE, 3), "issue=3 can't be: of 3 approvers"),
                        new Case(Map.of(Operation.RECOVER, 3), "or set recover=2"),
                        new Case(Map.of(Operation.REVOKE, -1), "revoke=-1 can't be"),
                        new Case(Map.of(Operation.POLICY, 1), "policy=1 is less"),
                        new Case(Map.of(Operation.ADMINISTRATORS, 0), "administrators=0 is less"),
                        new Case(Map.of(), "name a number"));
        for (var one : cases) {
            var draft = Acts.setPolicy(one.numbers);
            long id = request(draft, "anna", "boris");
            assertSays(
                    one.said,
                    refused(() ->
                            shares(vault ->
                                    vault.under(
                                            id, () -> vault.administrators().set(one.numbers)))));
        }
        long id = request(Acts.removeApprover("carol"), "anna", "boris");
        assertSays(
                "carol stays",
                refused(() ->
                        shares(vault ->
                                vault.under(id, () -> vault.administrators().remove("carol")))));
        var twice = ApproverKey.make("anna", new SecureRandom());
        long add = request(Acts.addApprover(twice.approver()), "anna", "boris");
        assertSays(
                "anna already",
                refused(() ->
                        shares(vault ->
                                vault.under(
                                        add, () -> vault.administrators().add(twice.approver())))));
    }

    @Test
    @DisplayName("rules that a program changed without shares are found and put back with them")
    void patched() {
        opened(vault -> {
            // What a changed program with the unseal key can do: seal other rules.
            return vault.desk()
                    .database()
                    .transaction(on -> {
                        var rules = RulesStore.inForce(on, vault.keys());
                        var lower =
                                new io.postern.km.consent.Rules(
                                        rules.seq(), rules.approvers(), Map.of());
                        RulesStore.put(
                                on, vault.desk().runtime(), vault.keys(), lower, scene.random);
                        return true;
                    });
        });
        assertEquals(0, needed(scene.byKey()), "as it wanted");
        assertSays("were changed by another program", refused(() -> shares(_ -> true)));
        assertEquals("restore-rules", last().act());
        assertEquals(2, needed(scene.byKey()));
        assertEquals(2, needed(scene.byShares(1, 2)));
        assertTrue(scene.looked(KeyManagement::status).approvals().contains("recover=2"));
    }

    @Test
    @DisplayName("older rules that were put back, or deleted ones, do not fit the audit")
    void rolledBack() {
        var copies = new ArrayList<String>();
        scene.sql("CREATE TABLE old AS SELECT * FROM record WHERE type = 'rules'");
        long id = request(Acts.setPolicy(Map.of(Operation.ISSUE, 1)), "anna", "boris");
        shares(vault ->
                vault.under(id, () -> vault.administrators().set(Map.of(Operation.ISSUE, 1))));
        scene.sql("INSERT OR REPLACE INTO record SELECT * FROM old WHERE id = 'in-force'");
        copies.add(refused(() -> scene.issue("sales@example.com")));
        scene.sql("DELETE FROM record WHERE type = 'rules' AND id = 'in-force'");
        copies.add(refused(() -> scene.issue("sales@example.com")));
        copies.forEach(said -> assertSays("somebody put older ones back, or deleted them", said));
        assertSays("what is right was put back", refused(() -> shares(_ -> true)));
        assertSays("needs an approver", refused(() -> scene.issue("sales@example.com")));
        scene.sql("INSERT OR REPLACE INTO record SELECT * FROM old");
        assertSays("taken back in part", refused(() -> shares(_ -> true)));
    }

    @Test
    @DisplayName(
            "one approved list covers its acts, each once, and no other; the rest can be resumed")
    void batch() {
        long id = request(Acts.setPolicy(Map.of(Operation.ISSUE, 2)), "anna", "boris");
        shares(vault ->
                vault.under(id, () -> vault.administrators().set(Map.of(Operation.ISSUE, 2))));
        var orders =
                List.of(
                        Scene.order("a1@example.com"),
                        Scene.order("a2@example.com"),
                        Scene.order("a3@example.com"));
        var items = orders.stream().map(Acts::issue).toList();
        long list = request(Draft.batch(items), "boris", "carol");
        var other = List.of(items.get(0), items.get(1));
        assertSays(
                "is for another act",
                refused(() -> opened(vault -> vault.underBatch(list, other, () -> 1))));
        opened(vault ->
                vault.underBatch(
                        list,
                        items,
                        () -> {
                            vault.issue(orders.get(0)).close();
                            vault.refresh();
                            assertSays(
                                    "is not in the list",
                                    refused(() -> vault.issue(Scene.order("z@example.com"))));
                            assertSays(
                                    "is not in the list",
                                    refused(() -> vault.revoke(INFO, RevocationReason.SUPERSEDED)));
                            vault.issue(orders.get(1)).close();
                            return 0;
                        }));
        assertSays("by boris, carol", last().approved().orElse(""));
        opened(vault ->
                vault.underBatch(
                        list,
                        items,
                        () -> {
                            assertSays(
                                    "was done already", refused(() -> vault.renew(orders.get(0))));
                            vault.issue(orders.get(2)).close();
                            return 0;
                        }));
        assertSays("needs 2 approvers", refused(() -> scene.issue("z@example.com")));
        scene.clock.advance(Duration.ofDays(2));
        assertSays(
                "ended at", refused(() -> opened(vault -> vault.underBatch(list, items, () -> 1))));
    }

    @Test
    @DisplayName(
            "the authority is given out with shares and quorum, as a PKCS #12 file with its root")
    void export() throws Exception {
        long id = request(Acts.exportAuthority(), "anna", "carol");
        shares(vault ->
                vault.under(
                        id,
                        () -> {
                            try (var made = vault.exportAuthority(Pkcs12.Form.MODERN)) {
                                var store = java.security.KeyStore.getInstance("PKCS12");
                                var passphrase = made.passphrase().characters();
                                store.load(
                                        new java.io.ByteArrayInputStream(made.pkcs12().copy()),
                                        passphrase);
                                var alias = store.aliases().nextElement();
                                assertEquals(2, store.getCertificateChain(alias).length);
                                assertEquals("EC", store.getKey(alias, passphrase).getAlgorithm());
                                return true;
                            } catch (java.security.GeneralSecurityException
                                    | java.io.IOException e) {
                                throw new AssertionError(e);
                            }
                        }));
        assertEquals("export-ca", last().act());
        assertTrue(last().approved().isPresent());
    }

    @Test
    @DisplayName("approvers wait until there are shares")
    void noShares() throws java.io.IOException {
        var other = new Scene(java.nio.file.Files.createTempDirectory(data, "other"));
        other.found(Optional.empty());
        assertSays(
                "guarded by shares",
                refused(() ->
                        other.opened(
                                other.byKey(),
                                vault -> vault.administrators().add(key("anna").approver()))));
        assertTrue(other.looked(KeyManagement::status).approvals().contains("acts alone"));
        assertFalse(other.looked(km -> km.requests().rules()).approvers().containsKey("anna"));
    }
}
