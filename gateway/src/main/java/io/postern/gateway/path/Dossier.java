package io.postern.gateway.path;

import io.postern.gateway.policy.Opinion;
import io.postern.gateway.policy.Policy;
import io.postern.gateway.policy.Stage;
import io.postern.store.Decision;
import java.util.ArrayList;
import java.util.List;

/// What the checks concluded about a session and its transaction so far: the beginning of the
/// decision record of each message. Confined to the session's thread.
final class Dossier {
    /// A thousand recipients must not make a record longer than the message.
    private static final int MOST = 200;

    private final List<Decision> ofSession = new ArrayList<>();
    private final List<Decision> ofTransaction = new ArrayList<>();
    private final List<Opinion.Remark> remarksOfSession = new ArrayList<>();
    private final List<Opinion.Remark> remarksOfTransaction = new ArrayList<>();

    /// Forgets the last transaction.
    void begin() {
        ofTransaction.clear();
        remarksOfTransaction.clear();
    }

    /// Adds what was concluded at a stage.
    void add(Stage stage, Policy.Outcome outcome) {
        boolean session = stage.compareTo(Stage.MAIL) < 0;
        addSome(session ? ofSession : ofTransaction, outcome.decisions());
        // What is refused has no message to be remarked upon.
        if (outcome.refusal() == null) {
            addSome(session ? remarksOfSession : remarksOfTransaction, outcome.remarks());
        }
    }

    private static <T> void addSome(List<T> all, List<T> more) {
        for (var one : more) {
            // The same again, for each of many recipients, says nothing new.
            if (all.size() < MOST && !all.contains(one)) {
                all.add(one);
            }
        }
    }

    List<Decision> decisions() {
        return both(ofSession, ofTransaction);
    }

    List<Opinion.Remark> remarks() {
        return both(remarksOfSession, remarksOfTransaction);
    }

    private static <T> List<T> both(List<T> some, List<T> more) {
        var all = new ArrayList<T>(some.size() + more.size());
        all.addAll(some);
        all.addAll(more);
        return all;
    }
}
