package io.postern.km;

import io.postern.km.secret.KmException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/// The database of key management: one SQLite file, in which an act and its audit line are one
/// transaction. Confined to one thread.
final class Database implements AutoCloseable {
    /// Its name in the folder.
    static final String FILE = "km.db";

    private static final int BUSY = 5_000;
    private static final String FULL = "the disk is full: free space on it, then do it again";

    /// The driver's own library, with room to spare.
    private static final long DRIVER = 8 << 20;

    /// What each version of the database adds to the one before. Never change one that was
    /// released.
    private static final List<List<String>> VERSIONS = List.of(firstVersion(), secondVersion());

    private static List<String> firstVersion() {
        return List.of(
                "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT",
                """
                CREATE TABLE record (
                    type TEXT NOT NULL, id TEXT NOT NULL, subject TEXT NOT NULL,
                    version INTEGER NOT NULL, epoch INTEGER NOT NULL,
                    tier TEXT NOT NULL CHECK (tier IN ('runtime', 'vault', 'guarded')),
                    sealed BLOB NOT NULL, PRIMARY KEY (type, id)) STRICT\
                """,
                """
                CREATE TABLE slot (
                    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, parameters TEXT NOT NULL,
                    wrapped BLOB NOT NULL, created INTEGER NOT NULL) STRICT\
                """,
                """
                CREATE TABLE certificate (
                    serial TEXT PRIMARY KEY, address TEXT NOT NULL, usage TEXT NOT NULL,
                    der BLOB NOT NULL, not_before INTEGER NOT NULL, not_after INTEGER NOT NULL,
                    issued INTEGER NOT NULL,
                    state TEXT NOT NULL CHECK (state IN ('valid', 'held', 'revoked')),
                    revoked INTEGER, reason TEXT, deposit BLOB,
                    sha1 BLOB NOT NULL) STRICT\
                """,
                "CREATE INDEX certificate_sha1 ON certificate (sha1)",
                "CREATE INDEX certificate_address ON certificate (address)",
                "CREATE INDEX certificate_revoked ON certificate (serial) WHERE state <> 'valid'",
                """
                CREATE TABLE crl (
                    authority TEXT NOT NULL, number INTEGER NOT NULL,
                    this_update INTEGER NOT NULL, next_update INTEGER NOT NULL,
                    entries INTEGER NOT NULL, sealed BLOB NOT NULL,
                    PRIMARY KEY (authority, number)) STRICT\
                """,
                "CREATE TABLE audit (seq INTEGER PRIMARY KEY, line TEXT NOT NULL) STRICT",
                """
                CREATE TABLE checkpoint (
                    seq INTEGER PRIMARY KEY, hash TEXT NOT NULL, signature TEXT NOT NULL)
                    STRICT\
                """);
    }

    private static List<String> secondVersion() {
        return List.of(
                // What published lists say of certificates that a restored backup does not know.
                """
                CREATE TABLE revoked_elsewhere (
                    serial TEXT PRIMARY KEY, revoked INTEGER NOT NULL, reason TEXT NOT NULL)
                    STRICT\
                """,
                // Which ones end soon is asked whenever the vault is opened.
                "CREATE INDEX certificate_until ON certificate (not_after) WHERE state = 'valid'",
                // Made of somebody's request: the key never was here.
                "ALTER TABLE certificate ADD COLUMN own_key INTEGER NOT NULL DEFAULT 0",
                """
                CREATE TABLE invite (
                    id TEXT PRIMARY KEY, address TEXT NOT NULL, serials TEXT NOT NULL,
                    created INTEGER NOT NULL, expires INTEGER NOT NULL,
                    fetched INTEGER, fetches INTEGER NOT NULL DEFAULT 0, parcel BLOB) STRICT\
                """,
                "CREATE INDEX invite_address ON invite (address)",
                """
                CREATE TABLE request (
                    id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL,
                    created INTEGER NOT NULL, expires INTEGER NOT NULL, done INTEGER) STRICT\
                """,
                """
                CREATE TABLE approval (
                    request INTEGER NOT NULL, approver TEXT NOT NULL, signature TEXT NOT NULL,
                    PRIMARY KEY (request, approver)) STRICT\
                """,
                """
                CREATE TABLE cosignature (
                    seq INTEGER PRIMARY KEY, hash TEXT NOT NULL, signature TEXT NOT NULL)
                    STRICT\
                """);
    }

    private final Connection connection;
    private final Path file;

    private Database(Connection connection, Path file) {
        this.connection = connection;
        this.file = file;
    }

    /// A change or a question within a transaction.
    @FunctionalInterface
    interface Work<T> {
        T on(Database database) throws SQLException;
    }

    /// Makes a value of the row that the result set stands on.
    @FunctionalInterface
    interface Row<T> {
        T read(ResultSet row) throws SQLException;
    }

    /// Whether there is one in the folder.
    static boolean exists(Path folder) {
        return Files.exists(folder.resolve(FILE));
    }

    /// Opens it for writing, and makes it if there is none. The folder is locked by the caller.
    static Database open(Path folder) {
        var file = folder.resolve(FILE);
        try {
            if (!Files.exists(file)) {
                Files.createFile(
                        file,
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
            }
        } catch (IOException e) {
            throw new KmException(file + " can't be made: " + e.getMessage(), e);
        }
        var database = connect(file, folder.resolve("spool"), false);
        database.transaction(on -> {
            int version = version(on);
            for (var statements :
                    VERSIONS.subList(Math.min(version, VERSIONS.size()), VERSIONS.size())) {
                for (var statement : statements) {
                    on.execute(statement);
                }
            }
            if (version < VERSIONS.size()) {
                on.execute("PRAGMA user_version = " + VERSIONS.size());
            } else if (version > VERSIONS.size()) {
                throw later(file, version);
            }
            return version;
        });
        return database;
    }

    /// Opens it for reading, beside whoever writes.
    static Database read(Path folder) {
        return connect(folder.resolve(FILE), folder.resolve("spool"), true);
    }

    /// On a full disk the driver can't be unpacked; then elsewhere, where nobody else can write
    /// either, so that the act itself says what is wrong.
    private static Path roomy(Path libraries) {
        try {
            if (Files.getFileStore(libraries).getUsableSpace() < DRIVER) {
                return Files.createTempDirectory("postern");
            }
        } catch (IOException e) {
            // The driver says what is wrong with it.
        }
        return libraries;
    }

    /// Whether an earlier version of the program wrote it, so that it must be opened for writing
    /// once before it can be read.
    ///
    /// @throws KmException when a later one did
    boolean older() {
        return transaction(on -> {
            int version = version(on);
            if (version > VERSIONS.size()) {
                throw later(file, version);
            }
            return version > 0 && version < VERSIONS.size();
        });
    }

    private static int version(Database on) throws SQLException {
        return on.first("PRAGMA user_version", row -> row.getInt(1)).orElseThrow();
    }

    private static KmException later(Path file, int version) {
        return new KmException(
                "%s was written by a later version (schema %d, this one knows %d): use that version"
                        .formatted(file, version, VERSIONS.size()));
    }

    /// @param libraries where the driver unpacks its own: nobody else can write there
    private static Database connect(Path file, Path libraries, boolean reader) {
        if (System.getProperty("org.sqlite.tmpdir") == null) {
            System.setProperty("org.sqlite.tmpdir", roomy(libraries).toString());
        }
        var config = new SQLiteConfig();
        config.setBusyTimeout(BUSY);
        config.setGetGeneratedKeys(false);
        config.setTempStore(SQLiteConfig.TempStore.MEMORY);
        if (!reader) {
            config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
            config.setJournalMode(SQLiteConfig.JournalMode.WAL);
            // FULL: the log is synced at every commit. In WAL mode NORMAL would not.
            config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
            // What is deleted is overwritten: a removed slot must not be found in a free page.
            config.setPragma(SQLiteConfig.Pragma.SECURE_DELETE, "true");
        }
        try {
            var connection = config.createConnection("jdbc:sqlite:" + file);
            connection.setAutoCommit(false);
            return new Database(connection, file);
        } catch (SQLException e) {
            throw failure(file, e);
        }
    }

    /// Writes a whole copy, as of the last commit, to a file that does not exist yet. Others may
    /// work meanwhile.
    static void snapshot(Path folder, Path to) {
        var config = new SQLiteConfig();
        config.setBusyTimeout(BUSY);
        try {
            Files.createFile(
                    to,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
            try (var connection = config.createConnection("jdbc:sqlite:" + folder.resolve(FILE));
                    var statement = connection.prepareStatement("VACUUM INTO ?")) {
                statement.setString(1, to.toString());
                statement.execute();
            }
        } catch (SQLException e) {
            throw failure(to, e);
        } catch (IOException e) {
            throw new KmException(to + " can't be made: " + e.getMessage(), e);
        }
    }

    /// Looks for damage.
    ///
    /// @return what is wrong; empty when nothing is
    Optional<String> damage() throws SQLException {
        return first("PRAGMA quick_check(1)", row -> row.getString(1))
                .filter(said -> !said.equals("ok"));
    }

    /// Does all of it, or nothing when it throws.
    <T> T transaction(Work<T> work) {
        boolean done = false;
        try {
            var result = work.on(this);
            connection.commit();
            done = true;
            return result;
        } catch (SQLException e) {
            throw failure(file, e);
        } finally {
            if (!done) {
                rollback();
            }
        }
    }

    private void rollback() {
        try {
            connection.rollback();
        } catch (SQLException _) {
            // What was not committed is gone with the connection, too.
        }
    }

    /// What is told of a failure outside of [#transaction]'s own statements.
    KmException failed(SQLException e) {
        return failure(file, e);
    }

    /// The log's index can't grow on a full disk, and then it is an error like any other.
    private static boolean isFull(Path file) {
        try {
            return Files.getFileStore(file).getUsableSpace() < 1 << 20;
        } catch (IOException e) {
            return false;
        }
    }

    private static KmException failure(Path file, SQLException e) {
        var code =
                e instanceof SQLiteException s ? s.getResultCode() : SQLiteErrorCode.UNKNOWN_ERROR;
        var remedy =
                switch (SQLiteErrorCode.getErrorCode(code.code & 0xff)) {
                    case SQLITE_FULL -> FULL;
                    case SQLITE_IOERR ->
                            isFull(file)
                                    ? FULL
                                    : "the disk reports an error: look at the system log, then do it again";
                    case SQLITE_READONLY, SQLITE_PERM, SQLITE_CANTOPEN ->
                            "it can't be opened or written: see to its disk, owner and mode";
                    case SQLITE_CORRUPT, SQLITE_NOTADB ->
                            "it is damaged: keep a copy of the folder, then restore a backup";
                    case SQLITE_BUSY, SQLITE_LOCKED ->
                            "another program holds it locked: end it (a sqlite3 shell?)";
                    default -> "the database refused: " + e.getMessage();
                };
        return new KmException(file + ": " + remedy + " (" + code.name() + ")", e);
    }

    /// Returns the rows changed.
    int update(String sql, @Nullable Object... arguments) throws SQLException {
        try (var statement = bound(sql, arguments)) {
            return statement.executeUpdate();
        }
    }

    /// All rows.
    <T> List<T> query(String sql, Row<T> row, @Nullable Object... arguments) throws SQLException {
        var found = new ArrayList<T>();
        try (var statement = bound(sql, arguments);
                var rows = statement.executeQuery()) {
            while (rows.next()) {
                found.add(row.read(rows));
            }
        }
        return found;
    }

    /// The first row, if there is one.
    <T> Optional<T> first(String sql, Row<T> row, @Nullable Object... arguments)
            throws SQLException {
        try (var statement = bound(sql, arguments);
                var rows = statement.executeQuery()) {
            return rows.next() ? Optional.of(row.read(rows)) : Optional.empty();
        }
    }

    private void execute(String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private PreparedStatement bound(String sql, @Nullable Object... arguments) throws SQLException {
        var statement = connection.prepareStatement(sql);
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case null -> statement.setObject(i + 1, null);
                case Long number -> statement.setLong(i + 1, number);
                case Integer number -> statement.setInt(i + 1, number);
                case String text -> statement.setString(i + 1, text);
                case byte[] octets -> statement.setBytes(i + 1, octets);
                case Object other -> throw new IllegalArgumentException("no column type: " + other);
            }
        }
        return statement;
    }

    @Override
    public void close() {
        try {
            connection.rollback();
            connection.close();
        } catch (SQLException e) {
            throw failure(file, e);
        }
    }
}
