package io.postern.store;

/// How much the embedded store may hold back and how it lays out its file.
///
/// @param maxWaitingBytes octets of content that may wait for their commit; beyond it, writes fail
///   at once as overloaded
/// @param maxWaitingWrites writes that may wait for their commit; beyond it, writes fail at once as
///   overloaded
/// @param readers threads that read, each with a connection of its own
/// @param pageSize octets of a page of the database file; only counts when the file is made
/// @param cacheBytes octets of page cache of the writing connection
/// @param walBytes octets of log after which it is folded into the file
public record StoreSettings(
        long maxWaitingBytes,
        int maxWaitingWrites,
        int readers,
        int pageSize,
        long cacheBytes,
        long walBytes) {
    /// What is used unless an operator says otherwise.
    public static final StoreSettings DEFAULTS =
            new StoreSettings(64L << 20, 10_000, 3, 4096, 32L << 20, 16L << 20);
}
