package io.postern.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationVersion;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("SQLite: small state")
class SqliteStateTest extends StateContract {
    @TempDir private Path temp;

    @Override
    protected MessageStore open() {
        return SqliteStore.open(temp.resolve("data"), StoreSettings.DEFAULTS, clock);
    }

    @Override
    protected MessageStore openAfterCrash() throws IOException {
        return SqliteStore.open(
                SqliteQueueTest.crashed(temp.resolve("data"), temp.resolve("crashed")),
                StoreSettings.DEFAULTS,
                clock);
    }

    @Test
    @DisplayName("a file of the first schema is migrated, and keeps what it holds")
    void migrated() throws Exception {
        var folder = temp.resolve("old");
        SqliteStore.open(folder, StoreSettings.DEFAULTS, clock).close();
        var path = folder.resolve(SqliteStore.FILE);
        java.nio.file.Files.delete(path);
        Flyway.configure()
                .dataSource("jdbc:sqlite:" + path, null, null)
                .locations("classpath:db/sqlite")
                .target(MigrationVersion.fromVersion("1"))
                .load()
                .migrate();
        try (var connection = java.sql.DriverManager.getConnection("jdbc:sqlite:" + path);
                var statement = connection.createStatement()) {
            statement.execute("PRAGMA user_version = 1");
            statement.execute("INSERT INTO value (kind, name, octets) VALUES ('k', 'n', x'01')");
        }
        java.nio.file.Files.setPosixFilePermissions(
                path, java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
        try (var store = SqliteStore.open(folder, StoreSettings.DEFAULTS, clock)) {
            assertEquals(1, store.values("k").size());
            var entry = StateEntry.ofText("key", "text", Optional.empty());
            store.putState("kind", entry).join();
            assertEquals(List.of(entry), store.states("kind", "", 1));
        }
    }
}
