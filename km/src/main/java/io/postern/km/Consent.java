package io.postern.km;

import io.postern.km.consent.ActRequest;
import io.postern.km.consent.Draft;
import io.postern.km.consent.Operation;
import io.postern.km.consent.Rules;
import io.postern.km.secret.KmException;
import io.postern.km.vault.VaultKeys;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Whether enough approvers agreed to exactly the act that is being done: the one place that all
/// acts on an open vault pass. A request is used up in the transaction of its act.
final class Consent implements Guard {
    /// Under what the acts that follow are done.
    private sealed interface Under {
        /// Nobody was asked.
        record Nobody() implements Under {}

        /// One act of one request.
        record One(long id) implements Under {}

        /// Those of a list that was approved as a whole, until it is empty.
        record Many(String approved, Set<String> left) implements Under {}
    }

    private static final Under NOBODY = new Under.Nobody();

    private final Desk desk;
    private final VaultKeys keys;
    private Under under = NOBODY;
    private @Nullable Rules known;

    Consent(Desk desk, VaultKeys keys) {
        this.desk = desk;
        this.keys = keys;
    }

    /// The next act is done under that request.
    void one(long id) {
        under = new Under.One(id);
    }

    /// Begins a batch: its list was approved as a whole, and each of its acts may be done once.
    void many(long id, List<Draft> items) {
        one(id);
        var asked = Draft.batch(items);
        var request = desk.database().transaction(on -> Requests.stored(on, id));
        var approved =
                desk.act(
                        Request.of(asked),
                        on -> approvedWords(request, agreed(on, id, request, rules(on))));
        var left = new HashSet<String>();
        items.forEach(item -> left.add(item.hash()));
        left.removeAll(done(request, items));
        under = new Under.Many(approved, left);
    }

    /// Those that an earlier run has done under the same request.
    private Set<String> done(ActRequest request, List<Draft> items) {
        var subjects = new HashSet<String>();
        desk.database()
                .transaction(on ->
                        on.query(
                                "SELECT line FROM audit WHERE instr(line, ?) > 0",
                                row -> row.getString(1),
                                "\"approved\":\"" + request.hash()))
                .forEach(line ->
                        io.postern.km.audit.AuditLine.parse(line)
                                .ifPresent(one -> subjects.add(one.act() + " " + one.subject())));
        var done = new HashSet<String>();
        for (var item : items) {
            if (subjects.contains(item.act() + " " + item.subject())) {
                done.add(item.hash());
            }
        }
        return done;
    }

    /// Nobody is asked for what follows.
    void nobody() {
        under = NOBODY;
    }

    /// Read once an opening: to know that they are those of the audit takes a look at all of it,
    /// and nobody else changes them under our lock.
    private Rules rules(Database on) throws SQLException {
        var rules = known;
        if (rules == null) {
            rules = RulesStore.inForce(on, keys);
            known = rules;
        }
        return rules;
    }

    @Override
    public Optional<String> allow(Database on, Request request) throws SQLException {
        var operation = Operation.of(request.act());
        if (operation.isEmpty()) {
            return Optional.empty();
        }
        var rules = rules(on);
        return switch (under) {
            case Under.Nobody() -> {
                if (rules.needed(operation.get()) > 0) {
                    throw new KmException(
                            "%s needs %s: ask with --request, let them sign (`postern km approve ID`), then `postern km do ID`; or give --approver-key"
                                    .formatted(
                                            request.act(), count(rules.needed(operation.get()))));
                }
                yield Optional.empty();
            }
            case Under.Many(var approved, var left) -> {
                if (!left.contains(request.asked().hash())) {
                    throw new KmException(
                            "%s is not in the list that was approved, or was done already"
                                    .formatted(request.asked().words()));
                }
                yield Optional.of(approved);
            }
            case Under.One(var id) -> {
                var stored = Requests.stored(on, id);
                same(id, stored.draft(), request.asked());
                var approvers = agreed(on, id, stored, rules);
                if (!stored.draft().isBatch()) {
                    used(on, id, stored);
                }
                yield Optional.of(approvedWords(stored, approvers));
            }
        };
    }

    private static String approvedWords(ActRequest request, Set<String> approvers) {
        return request.hash() + (approvers.isEmpty() ? "" : " by " + String.join(", ", approvers));
    }

    private static String count(int needed) {
        return needed == 1 ? "an approver" : needed + " approvers";
    }

    /// What is done must be what was signed, to the letter.
    private static void same(long id, Draft approved, Draft asked) {
        if (!approved.equals(asked)) {
            throw new KmException(
                    "request %d is for another act: it says \"%s\", and this is \"%s\"; ask anew with --request"
                            .formatted(id, approved.words(), asked.words()));
        }
    }

    /// Who of the present approvers signed it.
    ///
    /// @throws KmException when they are too few, or it is good no more
    private Set<String> agreed(Database on, long id, ActRequest request, Rules rules)
            throws SQLException {
        var now = desk.world().now();
        if (!request.vault().equals(Tables.needed(on, "vault_id"))) {
            throw new KmException(
                    "request %d is for another vault: ask anew with --request".formatted(id));
        }
        if (!request.expires().isAfter(now)) {
            throw new KmException(
                    "request %d ended at %s: ask anew with --request"
                            .formatted(id, request.expires()));
        }
        if (request.expires().isAfter(now.plus(ActRequest.LONGEST))) {
            throw new KmException(
                    "request %d is good for longer than %d days: ask anew with --request"
                            .formatted(id, ActRequest.LONGEST.toDays()));
        }
        if (!request.draft().isBatch() && isUsed(on, id, request)) {
            throw new KmException(
                    "request %d was used: each is good once; ask anew with --request"
                            .formatted(id));
        }
        var agreed = new TreeSet<String>();
        var others = new TreeSet<String>();
        for (var one : Requests.signatures(on, id)) {
            var approver = rules.approvers().get(one.approver());
            if (approver != null && approver.vouches(request, one.signature())) {
                agreed.add(approver.name());
            } else {
                others.add(one.approver());
            }
        }
        int needed = Operation.of(request.draft().act()).map(rules::needed).orElse(0);
        if (agreed.size() < needed) {
            throw new KmException(
                    "request %d needs %s, and has %s%s: let others sign it with `postern km approve %d --key FILE`"
                            .formatted(
                                    id,
                                    count(needed),
                                    agreed.isEmpty() ? "none" : String.join(", ", agreed),
                                    others.isEmpty()
                                            ? ""
                                            : " (of no use: "
                                                    + String.join(", ", others)
                                                    + ", who is no approver now, or whose signature does not fit)",
                                    id));
        }
        return agreed;
    }

    /// Told by its row, and by the audit, which nobody can take a line out of unseen.
    private static boolean isUsed(Database on, long id, ActRequest request) throws SQLException {
        return on.first(
                                "SELECT 1 FROM request WHERE id = ? AND done IS NOT NULL",
                                row -> row.getInt(1),
                                id)
                        .isPresent()
                || on.first(
                                "SELECT 1 FROM audit WHERE instr(line, ?) > 0",
                                row -> row.getInt(1),
                                "\"approved\":\"" + request.hash())
                        .isPresent();
    }

    private void used(Database on, long id, ActRequest request) throws SQLException {
        if (on.update(
                        "UPDATE request SET done = ? WHERE id = ? AND text = ? AND done IS NULL",
                        Desk.nextLine(on),
                        id,
                        request.text())
                != 1) {
            throw new KmException("request %d was used".formatted(id));
        }
    }

    @Override
    public void done(Request request) {
        known = RulesStore.ACTS.contains(request.act()) ? null : known;
        switch (under) {
            case Under.Nobody() -> {}
            case Under.One _ -> {
                if (Operation.of(request.act()).isPresent()) {
                    under = NOBODY;
                }
            }
            case Under.Many(_, var left) -> left.remove(request.asked().hash());
        }
    }
}
