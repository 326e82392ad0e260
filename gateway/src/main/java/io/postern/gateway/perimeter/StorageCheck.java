package io.postern.gateway.perimeter;

import io.postern.gateway.path.Storage;
import io.postern.gateway.policy.Check;
import io.postern.gateway.policy.Opinion;
import io.postern.gateway.policy.Situation;
import io.postern.gateway.policy.Stage;
import io.postern.smtp.Reply;

/// No mail is begun that could not be kept.
final class StorageCheck implements Check {
    private final Storage storage;

    StorageCheck(Storage storage) {
        this.storage = storage;
    }

    @Override
    public boolean always() {
        return true;
    }

    @Override
    public Opinion ask(Situation situation) {
        if (situation.stage() != Stage.MAIL) {
            return Opinion.PASS;
        }
        var trouble = storage.trouble();
        return trouble.isEmpty()
                ? Opinion.PASS
                : Opinion.refuse(
                        "storage",
                        Reply.of(452, "4.3.1", "no storage now, try again later"),
                        "why",
                        trouble.get());
    }
}
