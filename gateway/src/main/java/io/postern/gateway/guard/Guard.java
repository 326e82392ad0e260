package io.postern.gateway.guard;

import io.micrometer.core.instrument.Counter;
import io.postern.gateway.config.Config;
import io.postern.gateway.config.GuardConfig;
import io.postern.gateway.events.Figures;
import io.postern.gateway.events.MailLog;
import io.postern.gateway.guard.GuardBook.Suspension;
import io.postern.gateway.policy.Check;
import io.postern.gateway.policy.Opinion;
import io.postern.gateway.policy.Situation;
import io.postern.gateway.policy.Stage;
import io.postern.smtp.Reply;
import io.postern.store.StateStore;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Suspends a user whose volume, or number of refused recipients, grows far beyond the usual within
/// an hour.
///
/// A suspended user is answered 450 4.7.1 at MAIL, and from then on at every step, so that a
/// message under way does not leave either. It is a temporary reply, because the guard may be
/// wrong: what programs hand in is tried again and goes out after the user was resumed, and people
/// are shown the text at once with either code.
///
/// Habits are in memory and written down behind; a suspension is written down at once. Each account
/// is changed under its own entry of the map.
public final class Guard implements Check, GuardDesk {
    private static final Logger LOG = LoggerFactory.getLogger(Guard.class);

    /// Accounts in memory; a stranger has none, so this is about the size of the house. Those about
    /// whom nothing is worth knowing are forgotten in each [#flush].
    private static final int MOST = 200_000;

    private static final Reply SUSPENDED =
            Reply.of(
                    450,
                    "4.7.1",
                    "this account is suspended after a sudden change in what it sends;"
                            + " ask your postmaster");

    private final GuardBook book;
    private final InstantSource clock;
    private final Consumer<Map<String, Object>> alarm;
    private final String gateway;
    private final Counter suspensions;

    private volatile Settings settings;
    private final ConcurrentHashMap<AccountName, Habit> habits = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<AccountName, Suspension> suspended = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<AccountName, Boolean> changed = new ConcurrentHashMap<>();
    private CompletableFuture<Void> writing = CompletableFuture.completedFuture(null);

    private record Settings(GuardConfig config, Habit.Thresholds thresholds, double halfLifeHours) {
        static Settings of(GuardConfig config) {
            return new Settings(
                    config,
                    new Habit.Thresholds(config.factor(), config.recipients(), config.refused()),
                    config.halfLife().toSeconds() / 3600.0);
        }
    }

    /// Reads what an earlier run knew.
    ///
    /// @param gateway its name, for whom the alarm reaches
    /// @param alarm told of each suspension, in names and values; must not block
    /// @throws io.postern.store.StoreException when it can't be read
    public Guard(
            GuardConfig config,
            String gateway,
            StateStore store,
            Figures figures,
            Consumer<Map<String, Object>> alarm,
            InstantSource clock) {
        settings = Settings.of(config);
        this.gateway = gateway;
        book = new GuardBook(store);
        this.alarm = alarm;
        this.clock = clock;
        habits.putAll(book.habits());
        suspended.putAll(book.suspensions());
        suspensions =
                figures.counter("postern.guard.suspensions", "Accounts suspended by the guard.");
        figures.gauge("postern.guard.suspended", "Accounts suspended now.", suspended::size);
        figures.gauge("postern.guard.accounts", "Accounts that the guard knows.", habits::size);
        if (!suspended.isEmpty()) {
            LOG.warn("{} accounts are suspended: see `postern users suspended`", suspended.size());
        }
    }

    /// Puts other settings in force; who is suspended stays so.
    public void use(GuardConfig config) {
        settings = Settings.of(config);
    }

    /// Also when a rule allowed: an allowed client may have been taken over.
    @Override
    public boolean always() {
        return true;
    }

    @Override
    public Opinion ask(Situation situation) {
        return switch (situation.stage()) {
            case CONNECT, HELO -> Opinion.PASS;
            case MAIL, DATA, MESSAGE -> account(situation).map(this::standing).orElse(Opinion.PASS);
            case RCPT -> account(situation).map(this::sends).orElse(Opinion.PASS);
        };
    }

    private Optional<AccountName> account(Situation situation) {
        var config = settings.config();
        if (!config.enabled() || !situation.listener().role().sendsOut()) {
            return Optional.empty();
        }
        var user = situation.session().user();
        if (user.isPresent()) {
            return guarded(new AccountName(AccountName.Kind.USER, user.get()));
        }
        return config.clients() && situation.listener().role() == Config.Role.OUTBOUND
                ? guarded(new AccountName(AccountName.Kind.CLIENT, situation.client()))
                : Optional.empty();
    }

    private Optional<AccountName> guarded(AccountName account) {
        return settings.config().exempt().contains(account.name())
                ? Optional.empty()
                : Optional.of(account);
    }

    private Opinion standing(AccountName account) {
        var suspension = suspended.get(account);
        return suspension == null
                ? Opinion.PASS
                : Opinion.refuse(
                        "guard",
                        SUSPENDED,
                        account.kind().word,
                        account.name(),
                        "since",
                        suspension.since(),
                        "reason",
                        suspension.reason());
    }

    private Opinion sends(AccountName account) {
        if (!suspended.containsKey(account)) {
            change(account, Habit::sent);
        }
        return standing(account);
    }

    @Override
    public void refused(Situation situation, Reply reply) {
        // A directory that is down is no sign of anything, nor is a rate that was reached.
        if (situation.stage() == Stage.RCPT && reply.permanent()) {
            account(situation).ifPresent(account -> refusedLater(account, 1));
        }
    }

    /// Next hops refused recipients of a message for good.
    ///
    /// @param facts of the message: who handed it in
    public void failed(Map<String, String> facts, int recipients) {
        var config = settings.config();
        if (!config.enabled()) {
            return;
        }
        var user = facts.get("user");
        var client = facts.get("client");
        if (user != null) {
            guarded(new AccountName(AccountName.Kind.USER, user))
                    .ifPresent(account -> refusedLater(account, recipients));
        } else if (client != null
                && config.clients()
                // An outbound listener's name; strangers' mail comes by others.
                && facts.getOrDefault("listener", "").startsWith("outbound-")) {
            guarded(new AccountName(AccountName.Kind.CLIENT, client))
                    .ifPresent(account -> refusedLater(account, recipients));
        }
    }

    private void refusedLater(AccountName account, int recipients) {
        if (!suspended.containsKey(account)) {
            change(account, habit -> habit.refusedMore(recipients));
        }
    }

    private void change(AccountName account, UnaryOperator<Habit> step) {
        var now = settings;
        long hour = hour();
        var habit =
                habits.compute(
                        account,
                        (_, before) -> {
                            if (before == null && habits.mappingCount() >= MOST) {
                                return null;
                            }
                            var known = before == null ? Habit.none(hour) : before;
                            return step.apply(known.at(hour, now.halfLifeHours()));
                        });
        if (habit != null) {
            changed.put(account, true);
            habit.tooMuch(now.thresholds()).ifPresent(why -> suspend(account, why));
        }
    }

    private long hour() {
        return Math.floorDiv(clock.instant().getEpochSecond(), 3600L);
    }

    private void suspend(AccountName account, String why) {
        var suspension = new Suspension(clock.instant(), why);
        if (suspended.putIfAbsent(account, suspension) != null) {
            return;
        }
        suspensions.increment();
        LOG.warn(
                "{} is suspended: {}. See whether it is in wrong hands, then: postern users resume {}",
                account,
                why,
                account.name());
        MailLog.event("suspended", account.kind().word, account.name(), "reason", why);
        var _ =
                book.suspend(account, suspension)
                        .exceptionally(failure -> {
                            LOG.warn(
                                    "the suspension of {} holds until the gateway stops, but could not be"
                                            + " written down: {}",
                                    account,
                                    failure.toString());
                            throw new CompletionException(failure);
                        });
        var facts = new LinkedHashMap<String, Object>();
        facts.put("event", "suspended");
        facts.put("gateway", gateway);
        facts.put(account.kind().word, account.name());
        facts.put("at", suspension.since().toString());
        facts.put("reason", why);
        alarm.accept(facts);
    }

    /// Writes down what changed and forgets what is not worth knowing; does nothing while the last
    /// one is under way. To be called now and then.
    public synchronized void flush() {
        if (!writing.isDone()) {
            return;
        }
        long hour = hour();
        var thresholds = settings.thresholds();
        var write = new HashMap<AccountName, Habit>();
        for (var account : List.copyOf(changed.keySet())) {
            changed.remove(account);
            var habit = habits.get(account);
            if (habit != null) {
                write.put(account, habit);
            }
        }
        var forget = new ArrayList<AccountName>();
        habits.forEach((account, habit) -> {
            var later = habit.at(hour, settings.halfLifeHours());
            if (habit.hour() < hour
                    && later.negligible(hour + 1, thresholds)
                    && habits.remove(account, habit)) {
                forget.add(account);
                write.remove(account);
            }
        });
        writing =
                book.write(write)
                        .thenCompose(_ -> book.forget(forget))
                        .whenComplete((_, failure) -> {
                            if (failure != null) {
                                // The store has said what is wrong with it.
                                write.keySet().forEach(account -> changed.put(account, true));
                            }
                        });
    }

    /// Writes down what is left, before the store is closed.
    public void close() {
        await();
        flush();
        await();
    }

    private void await() {
        CompletableFuture<Void> last;
        synchronized (this) {
            last = writing;
        }
        var _ =
                last.handle((_, failure) -> failure == null)
                        .completeOnTimeout(false, 10, TimeUnit.SECONDS)
                        .join();
    }

    @Override
    public List<SuspensionView> suspended() {
        return suspended.entrySet().stream()
                .map(one -> one.getValue().view(one.getKey()))
                .sorted(
                        Comparator.comparing(SuspensionView::name)
                                .thenComparing(SuspensionView::kind))
                .toList();
    }

    @Override
    public boolean resume(String name, boolean asUsual) {
        boolean any = false;
        for (var kind : AccountName.Kind.values()) {
            var account = new AccountName(kind, name);
            if (suspended.containsKey(account)) {
                habits.computeIfPresent(account, (_, habit) -> habit.forgiven(asUsual));
                changed.put(account, true);
                book.resume(account).join();
                suspended.remove(account);
                MailLog.event("resumed", kind.word, name);
                any = true;
            }
        }
        flush();
        return any;
    }
}
