package io.postern.km;

import io.postern.km.consent.Rules;
import io.postern.km.secret.KmException;
import io.postern.km.vault.VaultKeys;
import java.sql.SQLException;
import java.util.Map;

/// What is looked at, and put right, each time the vault is opened, before any act.
final class OpeningChecks {
    private OpeningChecks() {}

    /// @throws KmException when something was changed behind the vault's back
    static void run(Desk desk, VaultKeys keys) {
        desk.database()
                .transaction(on -> {
                    EscrowKeys.check(on, desk.runtime(), keys);
                    CoSigning.head(on, desk, keys);
                    return true;
                });
        if (!desk.database().transaction(on -> rules(on, desk, keys))) {
            restore(desk, keys);
        }
        RootKey.guard(desk, keys);
    }

    /// Whether approvers and policy are what the shares guard.
    private static boolean rules(Database on, Desk desk, VaultKeys keys) throws SQLException {
        if (keys.guarded().isEmpty() || !EscrowKeys.guarded(on)) {
            var rules = RulesStore.inForce(on, keys);
            return RulesStore.whole(on, desk.runtime(), keys, rules);
        }
        var guarded = RulesStore.guarded(on, keys);
        if (guarded.isPresent()) {
            return RulesStore.whole(on, desk.runtime(), keys, guarded.get());
        }
        if (RulesStore.line(on) > 0) {
            throw new KmException(
                    "what the shares guard of approvers and policy is not of line %d of the audit: the folder was changed, or taken back in part. Restore a backup; no act is done until then"
                            .formatted(RulesStore.line(on)));
        }
        // A folder of the time before there were approvers.
        RulesStore.put(on, desk.runtime(), keys, Rules.NONE, desk.world().random());
        return true;
    }

    /// Puts back what is true: with shares what they guard, without what the vault holds.
    private static void restore(Desk desk, VaultKeys keys) {
        desk.act(
                new Request("restore-rules", "", Map.of()),
                on -> {
                    var guarded = RulesStore.guarded(on, keys);
                    var truth = guarded.isPresent() ? guarded.get() : RulesStore.inForce(on, keys);
                    RulesStore.put(on, desk.runtime(), keys, truth, desk.world().random());
                    return true;
                });
        throw new KmException(
                "approvers or policy were changed by another program: what is right was put back, and the audit says so. Find out who had the unseal key or the start secret, make new ones, then do your act again");
    }
}
