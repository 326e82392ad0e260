package io.postern.store;

import io.postern.mail.Content;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/// The embedded store: one SQLite file in the data folder.
public final class SqliteStore implements MessageStore {
    private final DataFolder folder;

    private SqliteStore(DataFolder folder) {
        this.folder = folder;
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
        return new SqliteStore(folder);
    }

    /// The folder that the store is in.
    public DataFolder folder() {
        return folder;
    }

    @Override
    public QueueId nextId() {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Void> accept(NewMessage message) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Void> settle(List<Settlement> settlements, List<NewMessage> dsns) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Map<String, Instant> waitingDestinations() {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<QueuedRecipient> take(String destination, Instant now, int limit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Void> giveBack(List<QueuedRecipient> recipients) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<QueuedRecipient> takeOverdue(Instant now, int limit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<Content> content(QueueId id) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<KeptMessage> find(QueueId id) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<KeptMessage> search(String text, int limit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<QueueEntry> list(QueueFilter filter, Optional<QueueId> after, int limit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long count(QueueFilter filter) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Map<String, Long> countByDestination() {
        throw new UnsupportedOperationException();
    }

    @Override
    public int hold(QueueFilter filter, Instant at, String why) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int release(QueueFilter filter, Instant at) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int retry(QueueFilter filter, Instant at) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int delete(QueueFilter filter, Instant at, String why) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int expireHistory(Instant before, int limit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Void> putValue(String kind, String name, byte[] value) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<byte[]> value(String kind, String name) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Map<String, byte[]> values(String kind) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Void> removeValue(String kind, String name) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Health health() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        folder.close();
    }
}
