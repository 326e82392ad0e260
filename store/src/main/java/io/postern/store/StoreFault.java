package io.postern.store;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/// What an error of SQLite means to an operator.
///
/// @param remedy names the thing and what to do
/// @param everybody whether other writes would meet it too
/// @param reopen whether the connection is worth nothing after it
record StoreFault(String remedy, boolean everybody, boolean reopen) {
    static StoreFault of(SQLException e, Path file) {
        var code =
                e instanceof SQLiteException s ? s.getResultCode() : SQLiteErrorCode.UNKNOWN_ERROR;
        var what = known(SQLiteErrorCode.getErrorCode(code.code & 0xff), file);
        return what.map(f ->
                        new StoreFault(f.remedy + " (" + code.name() + ")", f.everybody, f.reopen))
                .orElseGet(() -> new StoreFault(file + ": " + e.getMessage(), false, false));
    }

    private static Optional<StoreFault> known(SQLiteErrorCode primary, Path file) {
        var folder = file.getParent();
        return switch (primary) {
            case SQLITE_FULL ->
                    fault(
                            "the disk that holds "
                                    + folder
                                    + " is full: free space on it; writing"
                                    + " goes on by itself once there is room",
                            false);
            case SQLITE_IOERR ->
                    fault(
                            "the disk that holds "
                                    + file
                                    + " reports an error: look at the system"
                                    + " log for it, and replace the disk or free its quota",
                            true);
            case SQLITE_READONLY, SQLITE_PERM, SQLITE_CANTOPEN ->
                    fault(
                            file
                                    + " can't be written: see that the disk is mounted for writing and"
                                    + " that the file belongs to the user that runs the gateway",
                            true);
            case SQLITE_CORRUPT, SQLITE_NOTADB ->
                    fault(
                            file
                                    + " is damaged: stop the gateway, keep a copy of "
                                    + folder
                                    + ", then restore a backup or save what is whole with: sqlite3 "
                                    + file.getFileName()
                                    + " .recover",
                            true);
            case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL ->
                    fault(
                            "another program holds " + file + " locked: end it (a sqlite3 shell?)",
                            false);
            case SQLITE_NOMEM ->
                    fault("no memory left for " + file + ": give the gateway more", true);
            // The others are answers about one statement.
            default -> Optional.empty();
        };
    }

    private static Optional<StoreFault> fault(String remedy, boolean reopen) {
        return Optional.of(new StoreFault(remedy, true, reopen));
    }
}
