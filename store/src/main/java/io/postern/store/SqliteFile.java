package io.postern.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/// The database file: how it is made, migrated and connected to.
final class SqliteFile {
    /// How long a statement waits for another program's lock.
    static final Duration BUSY = Duration.ofSeconds(5);

    /// The last migration in `db/sqlite`. Kept in the file as its user_version, so that a start
    /// need not ask Flyway, which takes longer than all the rest of opening.
    private static final int VERSION = 2;

    private final Path path;
    private final StoreSettings settings;

    SqliteFile(Path path, StoreSettings settings) {
        this.path = path;
        this.settings = settings;
        // The driver unpacks its library there: nobody else can write to it, and what a killed run
        // left is deleted with the rest of the folder's temporary files.
        if (System.getProperty("org.sqlite.tmpdir") == null) {
            System.setProperty("org.sqlite.tmpdir", path.resolveSibling("spool").toString());
        }
    }

    Path path() {
        return path;
    }

    /// Makes the file if there is none, and brings its schema up to date.
    void prepare() throws SQLException {
        try {
            if (!Files.exists(path)) {
                // SQLite gives its -wal and -shm files the mode of this one.
                Files.createFile(
                        path,
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
            }
        } catch (IOException e) {
            throw new StoreException(path + " can't be made: " + e.getMessage(), e);
        }
        int version;
        try (var statements = writer()) {
            version = statements.first("PRAGMA user_version", row -> row.getInt(1)).orElseThrow();
        }
        if (version > VERSION) {
            throw new StoreException(
                    path
                            + " was written by a later version (schema "
                            + version
                            + ", this one knows "
                            + VERSION
                            + "): start that version again");
        }
        if (version < VERSION) {
            migrate();
        }
    }

    private void migrate() throws SQLException {
        var source = new SQLiteDataSource(writerConfig());
        source.setUrl(url());
        try {
            Flyway.configure().dataSource(source).locations("classpath:db/sqlite").load().migrate();
        } catch (FlywayException e) {
            throw new StoreException(
                    path + " can't be migrated to schema " + VERSION + ": " + e.getMessage(), e);
        }
        try (var statements = writer()) {
            statements.execute("PRAGMA user_version = " + VERSION);
        }
    }

    /// A connection that writes.
    Statements writer() throws SQLException {
        return new Statements(connect(writerConfig()));
    }

    /// A connection that only reads.
    Statements reader() throws SQLException {
        var config = config();
        config.setCacheSize(-2_048);
        var statements = new Statements(connect(config));
        statements.execute("PRAGMA query_only = ON");
        return statements;
    }

    private SQLiteConfig writerConfig() {
        var config = config();
        config.setPageSize(settings.pageSize());
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        // FULL: the log is synced at every commit. In WAL mode NORMAL would not.
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.setCacheSize((int) -(settings.cacheBytes() >> 10));
        config.setWalAutocheckpoint((int) (settings.walBytes() / settings.pageSize()));
        config.setJournalSizeLimit((int) (2 * settings.walBytes()));
        config.setTempStore(SQLiteConfig.TempStore.MEMORY);
        return config;
    }

    private static SQLiteConfig config() {
        var config = new SQLiteConfig();
        config.setBusyTimeout((int) BUSY.toMillis());
        // The driver would ask for the last row id after each statement; nobody here wants it.
        config.setGetGeneratedKeys(false);
        return config;
    }

    private Connection connect(SQLiteConfig config) throws SQLException {
        return config.createConnection(url());
    }

    private String url() {
        return "jdbc:sqlite:" + path;
    }
}
