package io.postern.store;

import java.sql.SQLException;

/// A change, all or nothing. It may be run again when the transaction it was in was rolled back, so
/// it changes nothing but the database.
@FunctionalInterface
interface Write<T> {
    T apply(Statements statements) throws SQLException;
}
