package io.postern.dns;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;

/// Keeps the answers of another resolver for a while, and asks it each question once at a time,
/// however many threads want to know. Safe for many threads; starts none.
///
/// The thread that first wants to know asks, outside any lock, and the others wait for its future.
/// An answer's TTL is the one that was received, not what is left of it.
public final class CachingResolver implements Resolver {
    /// Bounds of the cache.
    ///
    /// @param minimumTtl records are kept at least so long
    /// @param maximumTtl records are kept at most so long, whatever their TTL
    /// @param negativeTtl how long `NoSuchName` and `NoData` are kept at most: less where the
    ///   zone's SOA says less (RFC 2308 §5), but not below `minimumTtl`, which is what they get
    ///   when the reply had no SOA
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
        /// 5 s to 1 h; at most 1 min (RFC 2308 §5 allows hours, but operators repair and retry); 5
        /// s (RFC 9520 §3.2: at least 1 s, at most 5 min); 16 MiB; 30 s.
        public static final Limits DEFAULT =
                new Limits(
                        Duration.ofSeconds(5),
                        Duration.ofHours(1),
                        Duration.ofMinutes(1),
                        Duration.ofSeconds(5),
                        16 << 20,
                        Duration.ofSeconds(30));
    }

    private enum Kind {
        TXT,
        MX,
        A,
        AAAA,
        PTR
    }

    private record Key(Kind kind, String name) {}

    /// Octets of an entry beside its records: key, future, node, rounded up.
    private static final int OVERHEAD = 400;

    private final Resolver resolver;
    private final Limits limits;
    private final AsyncCache<Key, Timed<?>> answers;

    /// @param ticker nanoseconds, monotonic; `Ticker.systemTicker()` outside tests
    public CachingResolver(Resolver resolver, Limits limits, Ticker ticker) {
        this.resolver = resolver;
        this.limits = limits;
        answers =
                Caffeine.newBuilder()
                        .ticker(ticker)
                        .executor(Runnable::run)
                        .maximumWeight(limits.octets())
                        .weigher(CachingResolver::weight)
                        .expireAfter(Expiry.creating((Key _, Timed<?> timed) -> lifetime(timed)))
                        .buildAsync();
    }

    private static int weight(Key question, Timed<?> timed) {
        int octets = OVERHEAD + question.name().length();
        switch (timed.answer()) {
            case Answer.Records<?>(var records, _, _) -> {
                for (var record : records) {
                    octets += 64 + octets(record);
                }
            }
            case Answer.TemporaryFailure<?>(var why) -> octets += why.length();
            case Answer.NoSuchName<?>(), Answer.NoData<?>() -> {}
        }
        return octets;
    }

    private static int octets(Object record) {
        return switch (record) {
            case String text -> text.length();
            case MxRecord mx -> 64 + mx.exchange().length();
            default -> 64;
        };
    }

    private Duration lifetime(Timed<?> timed) {
        return switch (timed.answer()) {
            case Answer.Records<?>(_, var ttl, _) -> within(ttl, limits.maximumTtl());
            case Answer.NoSuchName<?>(), Answer.NoData<?>() ->
                    within(timed.negativeTtl().orElse(limits.minimumTtl()), limits.negativeTtl());
            case Answer.TemporaryFailure<?>(_) -> limits.failureTtl();
        };
    }

    private Duration within(Duration ttl, Duration most) {
        return ttl.compareTo(limits.minimumTtl()) < 0
                ? limits.minimumTtl()
                : ttl.compareTo(most) > 0 ? most : ttl;
    }

    /// The answer to the question, asked now by this thread, or kept, or asked now by another.
    private <T> Answer<T> answer(Kind kind, String name, Supplier<Timed<T>> ask) {
        var question = question(kind, name);
        var ours = new CompletableFuture<Timed<?>>();
        var theirs = answers.asMap().putIfAbsent(question, ours);
        if (theirs != null) {
            return await(theirs);
        }
        try {
            var timed = ask.get();
            ours.complete(timed);
            if (Thread.currentThread().isInterrupted()) {
                // The failure may be ours alone.
                answers.synchronous().invalidate(question);
            }
            return timed.answer();
        } finally {
            // Only where the resolver threw: nobody must wait for what never comes.
            if (!ours.isDone()) {
                answers.asMap().remove(question, ours);
                ours.complete(new Timed<>(new Answer.TemporaryFailure<>("the look-up broke off")));
            }
        }
    }

    @Override
    public Optional<Answer<String>> keptTxt(String name) {
        var kept = answers.getIfPresent(question(Kind.TXT, name));
        if (kept == null || !kept.isDone() || kept.isCompletedExceptionally()) {
            return Optional.empty();
        }
        return Optional.of(await(kept));
    }

    private static Key question(Kind kind, String name) {
        var text = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        return new Key(kind, text.toLowerCase(Locale.ROOT));
    }

    private <T> Answer<T> await(CompletableFuture<Timed<?>> theirs) {
        try {
            // The question has the kind in it, and each kind has one record type.
            @SuppressWarnings("unchecked")
            var timed = (Timed<T>) theirs.get(limits.longestWait().toNanos(), TimeUnit.NANOSECONDS);
            return timed.answer();
        } catch (TimeoutException e) {
            return new Answer.TemporaryFailure<>("another thread's look-up took too long");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Answer.TemporaryFailure<>("interrupted");
        } catch (ExecutionException e) {
            throw new IllegalStateException("answers are never exceptions", e);
        }
    }

    /// Asks the resolver below. One of another kind does not say what the SOA allows; then it is as
    /// much as we do.
    private <T> Timed<T> below(
            RecordKind<T> kind, String name, Function<Resolver, Answer<T>> otherwise) {
        return resolver instanceof NameResolver named
                ? named.ask(name, kind)
                : new Timed<>(otherwise.apply(resolver), Optional.of(limits.negativeTtl()));
    }

    @Override
    public Answer<String> txt(String name) {
        return answer(Kind.TXT, name, () -> below(RecordKind.TXT, name, r -> r.txt(name)));
    }

    @Override
    public Answer<MxRecord> mx(String name) {
        return answer(Kind.MX, name, () -> below(RecordKind.MX, name, r -> r.mx(name)));
    }

    @Override
    public Answer<InetAddress> a(String name) {
        return answer(Kind.A, name, () -> below(RecordKind.A, name, r -> r.a(name)));
    }

    @Override
    public Answer<InetAddress> aaaa(String name) {
        return answer(Kind.AAAA, name, () -> below(RecordKind.AAAA, name, r -> r.aaaa(name)));
    }

    @Override
    public Answer<String> ptr(InetAddress address) {
        return answer(
                Kind.PTR,
                address.getHostAddress(),
                () ->
                        resolver instanceof NameResolver named
                                ? named.askPtr(address)
                                : new Timed<>(
                                        resolver.ptr(address), Optional.of(limits.negativeTtl())));
    }
}
