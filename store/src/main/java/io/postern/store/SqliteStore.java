package io.postern.store;

import io.postern.mail.Content;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

/// The embedded store: one SQLite file in the data folder, written by one thread that commits in
/// groups, read by a few.
public final class SqliteStore implements MessageStore {
    /// The file's name in the data folder.
    public static final String FILE = "store.db";

    /// Entries that one transaction of an operator's command changes: some tens of milliseconds.
    private static final int STEP = 5_000;

    private final DataFolder folder;
    private final Readers readers;
    private final Committer committer;
    private final Ids ids;
    private final Outcomes outcomes;
    private final long run;
    private final AtomicBoolean closed = new AtomicBoolean();

    private SqliteStore(DataFolder folder, StoreSettings settings, Opening opened) {
        this.folder = folder;
        run = opened.run;
        ids = opened.ids;
        outcomes = new Outcomes(ids);
        readers = new Readers(opened.file, settings.readers());
        committer = new Committer(opened, settings, opened.statements);
        committer.start();
    }

    /// Locks the folder and opens the store in it; both are given up by [#close].
    ///
    /// @throws FolderInUseException when a gateway runs on the folder
    /// @throws StoreException when the folder or the database is not fit for use; the message names
    ///   the thing and the remedy
    public static SqliteStore open(Path dataFolder, StoreSettings settings, InstantSource clock) {
        return switch (DataFolder.lock(dataFolder)) {
            case DataFolder.Locked.Ready(var folder) -> open(folder, settings, clock);
            case DataFolder.Locked.InUse inUse -> throw new FolderInUseException(inUse);
            case DataFolder.Locked.Refused(var reason) -> throw new StoreException(reason);
        };
    }

    /// Opens the store in a folder that is locked already; [#close] gives the folder up too, and so
    /// does a failure to open.
    ///
    /// @throws StoreException when the database is not fit for use; the message names the thing and
    ///   the remedy
    public static SqliteStore open(DataFolder folder, StoreSettings settings, InstantSource clock) {
        var file = new SqliteFile(folder.path().resolve(FILE), settings);
        boolean opened = false;
        try {
            file.prepare();
            var store = new SqliteStore(folder, settings, Opening.of(file, clock));
            opened = true;
            return store;
        } catch (SQLException e) {
            throw new StoreException(StoreFault.of(e, file.path()).remedy(), e);
        } finally {
            if (!opened) {
                folder.close();
            }
        }
    }

    /// What the committer needs of the store, and what opening found. Confined to the committer's
    /// thread once that runs.
    private static final class Opening implements Committer.Database {
        private static final String SET_META =
                "INSERT INTO meta (name, number) VALUES (?, ?)"
                        + " ON CONFLICT (name) DO UPDATE SET number = excluded.number";

        private static final int PROBE_BYTES = 1 << 20;

        final SqliteFile file;
        final Statements statements;
        final Ids ids;
        final long run;
        private long ceiling;
        private long newCeiling;

        private Opening(SqliteFile file, Statements statements, InstantSource clock)
                throws SQLException {
            this.file = file;
            this.statements = statements;
            ceiling = meta("ceiling");
            newCeiling = ceiling;
            ids = new Ids(clock, ceiling);
            run = meta("run") + 1;
            statements.update(SET_META, "run", run);
            clean();
        }

        static Opening of(SqliteFile file, InstantSource clock) throws SQLException {
            var statements = file.writer();
            boolean done = false;
            try {
                var opening = new Opening(file, statements, clock);
                done = true;
                return opening;
            } finally {
                if (!done) {
                    statements.close();
                }
            }
        }

        private long meta(String name) throws SQLException {
            return statements
                    .first("SELECT number FROM meta WHERE name = ?", row -> row.getLong(1), name)
                    .orElse(0L);
        }

        /// Puts right what the last run left: recipients in its memory wait again, and content that
        /// never got its 250 goes.
        private void clean() throws SQLException {
            for (long id :
                    statements.query("SELECT message_id FROM staging", row -> row.getLong(1))) {
                statements.update("DELETE FROM chunk WHERE message_id = ?", id);
                statements.update("DELETE FROM staging WHERE message_id = ?", id);
            }
            statements.update("UPDATE recipient SET taken_by = 0 WHERE taken_by <> 0");
        }

        @Override
        public Statements open() throws SQLException {
            return file.writer();
        }

        @Override
        public StoreFault fault(SQLException e) {
            return StoreFault.of(e, file.path());
        }

        @Override
        public void beforeCommit(Statements on) throws SQLException {
            newCeiling = ids.ceiling(ceiling);
            if (newCeiling != ceiling) {
                on.update(SET_META, "ceiling", newCeiling);
            }
        }

        @Override
        public void afterCommit() {
            ceiling = newCeiling;
        }

        @Override
        public List<Write<Integer>> probe() {
            // Under staging, so that a crash between the steps leaves nothing either. No id is 0.
            return List.of(
                    on -> on.update("DELETE FROM chunk WHERE message_id = 0"),
                    on ->
                            on.update(
                                    "INSERT INTO staging (message_id) VALUES (0)"
                                            + " ON CONFLICT DO NOTHING"),
                    on ->
                            on.update(
                                    "INSERT INTO chunk (message_id, n, octets)"
                                            + " VALUES (0, 0, zeroblob("
                                            + PROBE_BYTES
                                            + "))"),
                    on -> on.update("DELETE FROM chunk WHERE message_id = 0"),
                    on -> on.update("DELETE FROM staging WHERE message_id = 0"));
        }
    }

    /// The folder that the store is in.
    public DataFolder folder() {
        return folder;
    }

    @Override
    public QueueId nextId() {
        return new QueueId(ids.next());
    }

    @Override
    public CompletableFuture<Void> accept(NewMessage message) {
        return settle(List.of(), List.of(message));
    }

    @Override
    public CompletableFuture<Void> settle(List<Settlement> settlements, List<NewMessage> dsns) {
        var kept = new ArrayList<Kept>(dsns.size());
        try {
            for (var message : dsns) {
                kept.add(Kept.of(message, committer));
            }
        } catch (StoreException e) {
            kept.forEach(message -> message.discard(committer));
            return CompletableFuture.failedFuture(e);
        }
        long weight = 256L * settlements.size() + kept.stream().mapToLong(Kept::weight).sum();
        CompletableFuture<Void> done =
                submit(
                        weight,
                        on -> {
                            outcomes.settle(on, settlements);
                            for (var message : kept) {
                                message.insert(on, run, ids.next());
                            }
                        });
        if (kept.stream().noneMatch(Kept::staged)) {
            return done;
        }
        return done.whenComplete((_, failure) -> {
            if (failure != null) {
                kept.forEach(message -> message.discard(committer));
            }
        });
    }

    /// A write that gives nothing.
    @FunctionalInterface
    private interface Change {
        void apply(Statements on) throws SQLException;
    }

    @SuppressWarnings("NullAway") // the only value of type Void is null
    private CompletableFuture<Void> submit(long weight, Change change) {
        return committer.submit(
                weight,
                on -> {
                    change.apply(on);
                    return null;
                });
    }

    /// Waits for a write's commit.
    private static <T> T join(CompletableFuture<T> future) {
        try {
            return future.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof StoreException s ? s : e;
        }
    }

    @Override
    public Map<String, Instant> waitingDestinations() {
        return readers.read(Entries::waitingDestinations);
    }

    @Override
    public List<QueuedRecipient> take(String destination, Instant now, int limit) {
        return join(
                committer.submit(
                        256,
                        on ->
                                Outcomes.take(
                                        on,
                                        run,
                                        "destination = ? AND due <= ? ORDER BY due LIMIT ?",
                                        destination,
                                        now.toEpochMilli(),
                                        limit)));
    }

    @Override
    public List<QueuedRecipient> takeOverdue(Instant now, int limit) {
        return join(
                committer.submit(
                        256,
                        on ->
                                Outcomes.take(
                                        on,
                                        run,
                                        "deadline <= ? ORDER BY deadline LIMIT ?",
                                        now.toEpochMilli(),
                                        limit)));
    }

    @Override
    public CompletableFuture<Void> giveBack(List<QueuedRecipient> recipients) {
        return submit(256L * recipients.size(), on -> Outcomes.giveBack(on, run, recipients));
    }

    @Override
    public Optional<Content> content(QueueId id) {
        return StoredContent.open(readers, id.value());
    }

    @Override
    public Optional<KeptMessage> find(QueueId id) {
        return readers.read(on -> History.find(on, id));
    }

    @Override
    public List<KeptMessage> search(String text, int limit) {
        return History.search(readers, text, limit);
    }

    @Override
    public List<QueueEntry> list(QueueFilter filter, Optional<QueueId> after, int limit) {
        var condition = Entries.Condition.of(filter);
        long afterId = after.map(QueueId::value).orElse(0L);
        return readers.readWide(on -> Entries.list(on, condition, afterId, limit));
    }

    @Override
    public Part decided(
            Map<String, String> inputs, boolean heldOnly, Optional<QueueId> after, int limit) {
        long afterId = after.map(QueueId::value).orElse(0L);
        return readers.readWide(on -> Entries.decided(on, inputs, heldOnly, afterId, limit));
    }

    @Override
    public CompletableFuture<Boolean> replace(Replacement replacement) {
        return committer.submit(
                Kept.CHUNK + replacement.header().size(),
                on -> Replacing.replace(on, ids.next(), replacement));
    }

    @Override
    public long count(QueueFilter filter) {
        var condition = Entries.Condition.of(filter);
        return readers.readWide(on -> Entries.count(on, condition));
    }

    @Override
    public Map<String, Long> countByDestination() {
        return readers.readWide(Entries::countByDestination);
    }

    @Override
    public int hold(QueueFilter filter, Instant at, String why) {
        return act(Outcomes.Act.HOLD, filter, at, why);
    }

    @Override
    public int release(QueueFilter filter, Instant at) {
        return act(Outcomes.Act.RELEASE, filter, at, "released, due now");
    }

    @Override
    public int retry(QueueFilter filter, Instant at) {
        return act(Outcomes.Act.RETRY, filter, at, "made due now");
    }

    @Override
    public int delete(QueueFilter filter, Instant at, String why) {
        return act(Outcomes.Act.DELETE, filter, at, why);
    }

    private int act(Outcomes.Act act, QueueFilter filter, Instant at, String why) {
        var matching = Entries.Condition.of(filter).and(act.where());
        int changed = 0;
        var after = Entries.Key.START;
        List<Entries.Key> keys;
        do {
            var from = after;
            keys = readers.readWide(on -> Entries.keys(on, matching, from, STEP));
            if (!keys.isEmpty()) {
                var step = keys;
                changed += join(committer.submit(0, on -> outcomes.act(on, act, step, at, why)));
                after = keys.getLast();
            }
        } while (keys.size() == STEP);
        return changed;
    }

    @Override
    public int expireHistory(Instant before, int limit) {
        var expired = readers.readWide(on -> History.expired(on, before, limit));
        int gone = 0;
        for (int from = 0; from < expired.size(); from += STEP) {
            var step = expired.subList(from, Math.min(from + STEP, expired.size()));
            gone += join(committer.submit(0, on -> History.expire(on, step)));
        }
        return gone;
    }

    @Override
    public CompletableFuture<Void> putValue(String kind, String name, byte[] value) {
        return putValues(kind, Map.of(name, value));
    }

    @Override
    public CompletableFuture<Void> putValues(String kind, Map<String, byte[]> values) {
        var copies = new TreeMap<String, byte[]>();
        values.forEach((name, octets) -> copies.put(name, octets.clone()));
        return submit(
                copies.values().stream().mapToLong(octets -> octets.length).sum(),
                on -> {
                    for (var value : copies.entrySet()) {
                        on.update(
                                "INSERT INTO value (kind, name, octets) VALUES (?, ?, ?)"
                                        + " ON CONFLICT (kind, name)"
                                        + " DO UPDATE SET octets = excluded.octets",
                                kind,
                                value.getKey(),
                                value.getValue());
                    }
                });
    }

    @Override
    public Optional<byte[]> value(String kind, String name) {
        return readers.read(on ->
                on.first(
                        "SELECT octets FROM value WHERE kind = ? AND name = ?",
                        row -> row.getBytes(1),
                        kind,
                        name));
    }

    @Override
    public Map<String, byte[]> values(String kind) {
        return readers
                .read(on ->
                        on.query(
                                "SELECT name, octets FROM value WHERE kind = ?" + " ORDER BY name",
                                SqliteStore::entry,
                                kind))
                .stream()
                .collect(
                        Collectors.toMap(
                                Map.Entry::getKey,
                                Map.Entry::getValue,
                                (one, _) -> one,
                                LinkedHashMap::new));
    }

    private static Map.Entry<String, byte[]> entry(ResultSet row) throws SQLException {
        return Map.entry(row.getString(1), row.getBytes(2));
    }

    @Override
    public CompletableFuture<Void> removeValue(String kind, String name) {
        return submit(
                0, on -> on.update("DELETE FROM value WHERE kind = ? AND name = ?", kind, name));
    }

    @Override
    public CompletableFuture<Void> putStates(String kind, Collection<StateEntry> entries) {
        return States.inSteps(
                entries, step -> submit(64L * step.size(), on -> States.put(on, kind, step)));
    }

    @Override
    public CompletableFuture<Void> removeStates(String kind, Collection<String> keys) {
        return States.inSteps(
                keys, step -> submit(64L * step.size(), on -> States.remove(on, kind, step)));
    }

    @Override
    public Optional<StateEntry> state(String kind, String key) {
        return readers.read(on -> States.find(on, kind, key));
    }

    @Override
    public List<StateEntry> states(String kind, String after, int limit) {
        return readers.readWide(on -> States.list(on, kind, after, limit));
    }

    @Override
    public int expireStates(Instant before, int limit) {
        int gone = 0;
        int step;
        do {
            int most = Math.min(STEP, limit - gone);
            step = join(committer.submit(0, on -> States.expire(on, before, most)));
            gone += step;
        } while (step == STEP);
        return gone;
    }

    @Override
    public Health health() {
        var fault = committer.fault();
        return new Health(fault.isEmpty(), fault.orElse(""), committer.lag(), freeBytes());
    }

    private long freeBytes() {
        try {
            return Files.getFileStore(folder.path()).getUsableSpace();
        } catch (IOException e) {
            return 0; // a disk that can't be asked has no room to promise
        }
    }

    /// Runs statements on the writing connection, outside of any transaction's bookkeeping: for
    /// tests that break it.
    CompletableFuture<Void> onWriter(String... sql) {
        return submit(
                0,
                on -> {
                    for (var text : sql) {
                        on.execute(text);
                    }
                });
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            readers.close();
            committer.close();
            folder.close();
        }
    }
}
