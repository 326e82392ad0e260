package io.postern.km;

import io.postern.km.consent.Approver;
import io.postern.km.consent.Draft;
import io.postern.km.consent.Operation;
import io.postern.km.consent.Rules;
import io.postern.km.secret.KmException;
import java.sql.SQLException;
import java.util.Map;
import java.util.function.UnaryOperator;

/// Changes who the approvers are and how many are needed. The vault must have been opened with the
/// shares, whatever the policy says.
public final class Administrators {
    private final OpenVault vault;
    private final Desk desk;

    Administrators(OpenVault vault) {
        this.vault = vault;
        desk = vault.desk();
    }

    /// Adds one.
    ///
    /// @return the rules from now on
    public Rules add(Approver approver) {
        return change(Acts.addApprover(approver), rules -> rules.with(approver));
    }

    /// Removes one; refused when too few would be left for what the policy needs.
    ///
    /// @return the rules from now on
    public Rules remove(String name) {
        return change(Acts.removeApprover(name), rules -> rules.without(Approver.named(name)));
    }

    /// Sets numbers; those that are not named stay. Refused when they lock everybody out.
    ///
    /// @return the rules from now on
    public Rules set(Map<Operation, Integer> numbers) {
        if (numbers.isEmpty()) {
            throw new KmException("name a number to set, such as recover=2");
        }
        return change(Acts.setPolicy(numbers), rules -> rules.with(numbers));
    }

    private Rules change(Draft asked, UnaryOperator<Rules> change) {
        return desk.act(
                Request.of(asked),
                on -> {
                    shares(on);
                    var next =
                            change.apply(RulesStore.inForce(on, vault.keys()))
                                    .at(Desk.nextLine(on));
                    RulesStore.put(on, desk.runtime(), vault.keys(), next, desk.world().random());
                    return next;
                });
    }

    private void shares(Database on) throws SQLException {
        if (!EscrowKeys.guarded(on)) {
            throw new KmException(
                    "approvers and policy are guarded by shares, and there are none: make them with `postern km slots add --shares 2/3`");
        }
        if (vault.keys().guarded().isEmpty()) {
            throw new KmException(
                    "approvers and policy are changed with the shares, not with one person's key: give them with --share-file, or type them when asked");
        }
    }
}
