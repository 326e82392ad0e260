package io.postern.gateway.guard;

import io.postern.store.StateEntry;
import io.postern.store.StateStore;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/// Habits and suspensions as they are written down.
final class GuardBook {
    private static final String HABITS = "guard";
    private static final String SUSPENSIONS = "suspended";
    private static final int LONGEST_REASON = 1_000;

    private final StateStore store;

    GuardBook(StateStore store) {
        this.store = store;
    }

    /// Why and since when an account is suspended.
    record Suspension(Instant since, String reason) {
        SuspensionView view(AccountName account) {
            return new SuspensionView(account.kind().word, account.name(), since, reason);
        }
    }

    Map<AccountName, Habit> habits() {
        var habits = new TreeMap<AccountName, Habit>(Comparator.comparing(AccountName::key));
        store.eachState(
                HABITS,
                entry ->
                        AccountName.of(entry.key())
                                .ifPresent(account ->
                                        Habit.of(entry.text())
                                                .ifPresent(habit -> habits.put(account, habit))));
        return habits;
    }

    Optional<Habit> habit(AccountName account) {
        return store.state(HABITS, account.key()).flatMap(entry -> Habit.of(entry.text()));
    }

    Map<AccountName, Suspension> suspensions() {
        var all = new TreeMap<AccountName, Suspension>(Comparator.comparing(AccountName::key));
        store.eachState(
                SUSPENSIONS,
                entry ->
                        AccountName.of(entry.key())
                                .ifPresent(account -> all.put(account, suspension(entry.text()))));
        return all;
    }

    /// What can't be read suspends all the same: it was written to.
    private static Suspension suspension(String text) {
        int space = text.indexOf(' ');
        try {
            return new Suspension(
                    Instant.ofEpochMilli(Long.parseLong(text.substring(0, Math.max(0, space)))),
                    text.substring(space + 1));
        } catch (NumberFormatException e) {
            return new Suspension(Instant.EPOCH, text);
        }
    }

    CompletableFuture<Void> write(Map<AccountName, Habit> habits) {
        return store.putStates(
                HABITS,
                habits.entrySet().stream()
                        .map(one ->
                                StateEntry.ofText(
                                        one.getKey().key(),
                                        one.getValue().text(),
                                        Optional.empty()))
                        .toList());
    }

    CompletableFuture<Void> forget(List<AccountName> accounts) {
        return store.removeStates(HABITS, accounts.stream().map(AccountName::key).toList());
    }

    CompletableFuture<Void> suspend(AccountName account, Suspension suspension) {
        var reason = suspension.reason();
        return store.putState(
                SUSPENSIONS,
                StateEntry.ofText(
                        account.key(),
                        suspension.since().toEpochMilli()
                                + " "
                                + reason.substring(0, Math.min(LONGEST_REASON, reason.length())),
                        Optional.empty()));
    }

    CompletableFuture<Void> resume(AccountName account) {
        return store.removeState(SUSPENSIONS, account.key());
    }
}
