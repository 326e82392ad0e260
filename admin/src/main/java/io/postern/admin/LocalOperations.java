package io.postern.admin;

import io.postern.admin.OperationException.Kind;
import io.postern.gateway.config.ConfigException;
import io.postern.gateway.guard.SuspensionView;
import io.postern.gateway.rates.RateView;
import io.postern.gateway.recipients.OwnRecipients;
import io.postern.gateway.reports.DmarcView;
import io.postern.gateway.seen.SeenPage;
import io.postern.gateway.signing.KeyDesk;
import io.postern.gateway.users.Users;
import io.postern.keys.KeysException;
import io.postern.keys.Outcome;
import io.postern.mail.Domain;
import io.postern.store.MessageStore;
import io.postern.store.QueueEntry;
import io.postern.store.QueueFilter;
import io.postern.store.QueueId;
import io.postern.store.StoreException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/// Operations on a store and keys in this process: the running gateway's own, or those of a data
/// folder that nobody uses.
public final class LocalOperations implements Operations {
    /// What differs between a gateway that runs and a folder that was opened for one command.
    ///
    /// @param running whether mail is being delivered
    /// @param beforeChange called before the queue is changed, so that nothing of it is held in
    ///   memory elsewhere, nor taken meanwhile
    /// @param afterChange called after it, however it ended, so that delivery goes on
    /// @param config asked when the settings are shown
    /// @param reload reads the configuration again; throws [ConfigException] when it can't be used
    /// @param recipients asked when recipients are
    /// @param users asked when users are
    /// @param warnings asked when health is: what somebody should do, though mail goes on
    /// @param onClose lets go of what belongs to these operations
    public record Surroundings(
            boolean running,
            Runnable beforeChange,
            Runnable afterChange,
            Supplier<ConfigView> config,
            Supplier<Reloaded> reload,
            Supplier<OwnRecipients> recipients,
            Supplier<Users> users,
            Supplier<List<String>> warnings,
            Runnable onClose) {}

    /// Why an entry was held or deleted, for its event.
    private static final String BY_OPERATOR = "by an operator";

    private final MessageStore store;
    private final Supplier<KeyDesk> keys;
    private final InstantSource clock;
    private final Surroundings surroundings;
    private final Desks desks;

    /// Operations on a folder that no gateway runs on.
    ///
    /// @param keys asked when a key is wanted: opening them needs the start secret, which looking
    ///   at the queue does not
    public LocalOperations(
            MessageStore store,
            Supplier<KeyDesk> keys,
            InstantSource clock,
            Surroundings surroundings) {
        this(store, keys, clock, surroundings, Desks.stored(store, clock));
    }

    /// Operations on a gateway that runs.
    ///
    /// @param desks its own
    public LocalOperations(
            MessageStore store,
            Supplier<KeyDesk> keys,
            InstantSource clock,
            Surroundings surroundings,
            Desks desks) {
        this.desks = desks;
        this.store = store;
        this.keys = keys;
        this.clock = clock;
        this.surroundings = surroundings;
    }

    @Override
    public QueuePage queue(Selection selection, Optional<String> after, int limit) {
        var filter = selection.filter(clock.instant());
        return guarded(() -> {
            var begin = after.map(Selection::queueId);
            var entries = store.list(filter, begin, limit);
            boolean last = entries.size() < limit;
            if (last) {
                long total = begin.isEmpty() ? entries.size() : store.count(filter);
                return new QueuePage(views(entries), total, Optional.empty());
            }
            var whole = wholeMessages(entries, filter);
            return new QueuePage(
                    views(whole),
                    store.count(filter),
                    Optional.of(whole.getLast().recipient().id().toString()));
        });
    }

    /// A full page may end within a message, and the next page begins after a message: the rest of
    /// the last one is left for the next page, or, when it fills this one, brought whole.
    private List<QueueEntry> wholeMessages(List<QueueEntry> entries, QueueFilter filter) {
        var lastId = entries.getLast().recipient().id();
        var before =
                entries.stream().filter(entry -> !entry.recipient().id().equals(lastId)).toList();
        return before.isEmpty()
                ? store.list(withId(filter, lastId), Optional.empty(), Integer.MAX_VALUE)
                : before;
    }

    private static QueueFilter withId(QueueFilter filter, QueueId id) {
        return new QueueFilter(
                Optional.of(id),
                filter.domain(),
                filter.from(),
                filter.to(),
                filter.receivedBefore(),
                filter.receivedAfter(),
                filter.state());
    }

    private static List<QueueItem> views(List<QueueEntry> entries) {
        return entries.stream().map(QueueItem::of).toList();
    }

    @Override
    public Changed change(QueueAction action, Selection selection) {
        if (!selection.anyCondition() && !selection.all()) {
            throw OperationException.invalid(
                    "this would " + action.word() + " the whole queue",
                    "name messages by id or a filter, or say --all");
        }
        var now = clock.instant();
        var filter = selection.filter(now);
        return guarded(() -> {
            try {
                surroundings.beforeChange().run();
                return new Changed(
                        switch (action) {
                            case HOLD -> store.hold(filter, now, BY_OPERATOR);
                            case RELEASE -> store.release(filter, now);
                            case RETRY -> store.retry(filter, now);
                            case DELETE -> store.delete(filter, now, BY_OPERATOR);
                        });
            } finally {
                surroundings.afterChange().run(); // or delivery would stand still
            }
        });
    }

    @Override
    public MessageView message(String id) {
        var queueId = Selection.queueId(id);
        return guarded(() -> store.find(queueId))
                .map(MessageView::of)
                .orElseThrow(() ->
                        new OperationException(
                                Kind.NOT_FOUND,
                                "there is no message " + id,
                                "it may have expired from history; try `postern track`"));
    }

    @Override
    public List<MessageView> track(String text, int limit) {
        return guarded(() -> store.search(text, limit)).stream().map(MessageView::of).toList();
    }

    @Override
    public List<KeyView> dkimKeys(Optional<String> domain) {
        var wanted = domain.map(LocalOperations::domain);
        return guarded(() -> keys().list(wanted));
    }

    @Override
    public List<KeyView> newDkimKeys(NewKeys request) {
        return guarded(() -> keys().make(request));
    }

    @Override
    public KeyView importDkimKey(ImportedKey request) {
        return guarded(() -> keys().take(request));
    }

    @Override
    public List<KeyCheckView> checkDkimKeys(Optional<String> domain) {
        var wanted = domain.map(LocalOperations::domain);
        return guarded(() -> keys().check(wanted));
    }

    @Override
    public KeyView activateDkimKey(KeyName key) {
        return guarded(() -> keys().activate(key));
    }

    @Override
    public List<KeyView> rotateDkimKeys(Rotation rotation) {
        return guarded(() -> keys().rotate(rotation));
    }

    @Override
    public KeyView retireDkimKey(KeyName key) {
        return guarded(() -> keys().retire(key));
    }

    private KeyOperations keys() {
        return new KeyOperations(keys.get());
    }

    @Override
    public List<RateView> rates(Optional<String> key, int limit) {
        return guarded(() -> desks.rates().show(key, limit));
    }

    @Override
    public Changed resetRates(RateKey key) {
        if (key.key().isBlank()) {
            throw OperationException.invalid(
                    "no key is named", "name an address, network, user or domain");
        }
        return guarded(() -> new Changed(desks.rates().reset(key.key())));
    }

    @Override
    public DmarcView dmarcReport(Optional<String> domain, Instant since, int limit) {
        var wanted = domain.map(LocalOperations::domain);
        return guarded(() -> DmarcView.of(desks.dmarc(), wanted, since, limit));
    }

    @Override
    public DmarcImported importDmarc(InputStream from) {
        return guarded(() -> LocalDmarc.keep(desks.dmarc(), from));
    }

    @Override
    public SeenPage seen(Duration since, Optional<String> after, int limit) {
        return guarded(() -> desks.seen().page(since, after, limit));
    }

    @Override
    public List<UserView> users() {
        return guarded(() -> surroundings.users().get().list().stream().map(UserView::of).toList());
    }

    @Override
    public UserView addUser(NewUser request) {
        return guarded(() ->
                UserView.of(
                        done(
                                surroundings
                                        .users()
                                        .get()
                                        .add(
                                                request.name(),
                                                request.addresses(),
                                                request.password()))));
    }

    @Override
    public UserView setPassword(NewUser request) {
        return guarded(() ->
                UserView.of(
                        done(
                                surroundings
                                        .users()
                                        .get()
                                        .setPassword(request.name(), request.password()))));
    }

    @Override
    public UserView removeUser(UserName user) {
        return guarded(() -> UserView.of(done(surroundings.users().get().remove(user.name()))));
    }

    @Override
    public List<SuspensionView> suspended() {
        return guarded(desks.guard()::suspended);
    }

    @Override
    public void resume(Resumption request) {
        if (!guarded(() -> desks.guard().resume(request.account(), request.asUsual()))) {
            throw new OperationException(
                    Kind.NOT_FOUND,
                    request.account() + " is not suspended",
                    "see who is with `postern users suspended`");
        }
    }

    @Override
    public HealthView health() {
        var health = guarded(store::health);
        return new HealthView(
                health.writable() ? HealthView.OK : HealthView.FAILING,
                health.reason(),
                surroundings.running(),
                health.lag().toMillis(),
                health.freeBytes(),
                guarded(() -> store.count(QueueFilter.ALL)),
                surroundings.warnings().get());
    }

    @Override
    public ConfigView config() {
        return surroundings.config().get();
    }

    @Override
    public Reloaded reload() {
        try {
            return surroundings.reload().get();
        } catch (ConfigException e) {
            throw new OperationException(
                    Kind.REFUSED,
                    String.valueOf(e.getMessage()),
                    "what was in force before stays in force");
        }
    }

    @Override
    public RecipientView recipient(String address) {
        return LocalRecipients.check(surroundings.recipients().get(), address);
    }

    @Override
    public List<RecipientSourceView> recipientSources() {
        return LocalRecipients.sources(surroundings.recipients().get());
    }

    @Override
    public PushedView pushRecipients(String list, InputStream from) {
        return LocalRecipients.push(surroundings.recipients().get(), list, from);
    }

    @Override
    public void close() {
        surroundings.onClose().run();
    }

    private static Domain domain(String text) {
        return Domain.parse(text)
                .orElseThrow(() ->
                        OperationException.invalid(
                                text + " is not a domain", "write it like example.com"));
    }

    private static <T> T done(Outcome<T> outcome) {
        return switch (outcome) {
            case Outcome.Done<T>(var value) -> value;
            case Outcome.Refused<T>(var why) -> throw new OperationException(Kind.REFUSED, why, "");
        };
    }

    /// The store's and the keys' own words reach the operator: they name the thing and the remedy.
    private static <T> T guarded(Supplier<T> work) {
        try {
            return work.get();
        } catch (StoreException | KeysException e) {
            throw OperationException.unavailable(String.valueOf(e.getMessage()), "", e);
        } catch (CompletionException e) {
            throw OperationException.unavailable(
                    e.getCause() instanceof StoreException cause
                            ? String.valueOf(cause.getMessage())
                            : e.toString(),
                    "",
                    e);
        }
    }
}
