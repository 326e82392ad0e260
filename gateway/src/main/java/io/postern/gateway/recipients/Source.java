package io.postern.gateway.recipients;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/// One place that knows recipients. Asked by many threads at once; what it can't find out is
/// [Found.Unavailable] and never thrown.
interface Source extends AutoCloseable {
    /// What follows when one can't be asked.
    String MEANWHILE = "recipients that are not remembered are answered 451 meanwhile";

    /// Blocks no longer than the source's own deadline.
    Found find(NormalAddress address);

    /// How it is, for `postern recipients status`.
    Standing standing();

    /// Looks whether there is something new. Called every few seconds, by one thread.
    default void refresh() {}

    @Override
    default void close() {}

    /// How a source is.
    ///
    /// @param name what it is, such as `file /etc/postern/recipients`
    /// @param usable whether it can answer now
    /// @param entries addresses that it holds, or answers in its cache
    /// @param since when its list was read or made, or when the trouble began
    /// @param words what else there is to say; the trouble when it is not usable
    record Standing(
            String name,
            boolean usable,
            OptionalLong entries,
            Optional<Instant> since,
            String words) {}
}
