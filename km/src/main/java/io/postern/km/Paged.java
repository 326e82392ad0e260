package io.postern.km;

import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.function.ToLongFunction;

/// The rows of a table in order of their numbers, a page at a time: however many there are, no more
/// is held. Used within one transaction, or what it reads may change between pages.
final class Paged<T> implements Iterator<T> {
    private static final int PAGE = 1_000;

    private final Database on;
    private final String sql;
    private final Database.Row<T> row;
    private final ToLongFunction<T> number;
    private final Queue<T> page = new ArrayDeque<>();
    private long after;
    private boolean ended;

    /// @param sql of two arguments: the number before the first, and how many at most
    /// @param number of a row
    Paged(Database on, String sql, Database.Row<T> row, ToLongFunction<T> number) {
        this.on = on;
        this.sql = sql;
        this.row = row;
        this.number = number;
    }

    @Override
    public boolean hasNext() {
        if (page.isEmpty() && !ended) {
            try {
                page.addAll(on.query(sql, row, after, PAGE));
            } catch (SQLException e) {
                throw on.failed(e);
            }
            ended = page.size() < PAGE;
        }
        return !page.isEmpty();
    }

    @Override
    public T next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        var next = page.remove();
        after = number.applyAsLong(next);
        return next;
    }
}
