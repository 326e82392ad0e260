package io.postern.dns;

import com.github.benmanes.caffeine.cache.Ticker;
import java.net.InetAddress;
import java.time.Duration;

/// Keeps the answers of another resolver for a while, and asks it each question once at a time,
/// however many threads want to know. Safe for many threads.
@SuppressWarnings("DoNotCallSuggester")
public final class CachingResolver implements Resolver {
    /// Bounds of the cache.
    ///
    /// @param minimumTtl records are kept at least so long
    /// @param maximumTtl records are kept at most so long, whatever their TTL
    /// @param negativeTtl how long `NoSuchName` and `NoData` are kept
    /// @param failureTtl how long `TemporaryFailure` is kept
    /// @param octets memory for answers, roughly
    /// @param longestWait how long a thread waits for an answer that another thread has asked for
    public record Limits(
            Duration minimumTtl,
            Duration maximumTtl,
            Duration negativeTtl,
            Duration failureTtl,
            long octets,
            Duration longestWait) {
        /// 5 s to 1 h; 1 min (RFC 2308 §5 allows hours, but operators repair and retry); 5 s (RFC
        /// 9520 §3.2: at least 1 s, at most 5 min); 16 MiB; 30 s.
        public static final Limits DEFAULT =
                new Limits(
                        Duration.ofSeconds(5),
                        Duration.ofHours(1),
                        Duration.ofMinutes(1),
                        Duration.ofSeconds(5),
                        16 << 20,
                        Duration.ofSeconds(30));
    }

    private final Resolver resolver;

    /// @param ticker nanoseconds, monotonic; `Ticker.systemTicker()` outside tests
    public CachingResolver(Resolver resolver, Limits limits, Ticker ticker) {
        this.resolver = resolver;
    }

    @Override
    public Answer<String> txt(String name) {
        throw new UnsupportedOperationException(name);
    }

    @Override
    public Answer<MxRecord> mx(String name) {
        throw new UnsupportedOperationException(name);
    }

    @Override
    public Answer<InetAddress> a(String name) {
        throw new UnsupportedOperationException(name);
    }

    @Override
    public Answer<InetAddress> aaaa(String name) {
        throw new UnsupportedOperationException(name);
    }

    @Override
    public Answer<String> ptr(InetAddress address) {
        throw new UnsupportedOperationException(resolver.toString());
    }
}
