package io.postern.gateway.guard;

import io.postern.store.StateStore;
import java.util.List;
import java.util.Map;

/// The suspensions of a gateway that does not run.
public final class StoredGuard implements GuardDesk {
    private final GuardBook book;

    public StoredGuard(StateStore store) {
        book = new GuardBook(store);
    }

    @Override
    public List<SuspensionView> suspended() {
        return book.suspensions().entrySet().stream()
                .map(one -> one.getValue().view(one.getKey()))
                .toList();
    }

    @Override
    public boolean resume(String name, boolean asUsual) {
        var accounts =
                book.suspensions().keySet().stream()
                        .filter(account -> account.name().equals(name))
                        .toList();
        for (var account : accounts) {
            book.habit(account)
                    .ifPresent(
                            habit -> book.write(Map.of(account, habit.forgiven(asUsual))).join());
            book.resume(account).join();
        }
        return !accounts.isEmpty();
    }
}
