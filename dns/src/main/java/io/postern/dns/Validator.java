package io.postern.dns;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import java.time.Duration;
import java.util.Locale;
import java.util.stream.IntStream;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;

/// Validates answers by their signatures (RFC 4035 §5) with dnsjava's validator, one [Validation]
/// each, and keeps the keys and delegations that were read on the way. Safe for many threads;
/// starts none.
final class Validator {
    /// Octets of keys and delegations kept, roughly.
    private static final long OCTETS = 8 << 20;

    private static final Duration SHORTEST = Duration.ofSeconds(5);
    private static final Duration LONGEST = Duration.ofMinutes(15);

    record Key(String name, int type) {
        static Key of(Record question) {
            return new Key(
                    question.getName().toString().toLowerCase(Locale.ROOT), question.getType());
        }
    }

    private final Servers servers;
    private final Dnssec.Validate settings;
    // Not yet validated: each validation judges them anew, at the price of some signatures.
    private final Cache<Key, Message> replies =
            Caffeine.newBuilder()
                    .executor(Runnable::run)
                    .maximumWeight(OCTETS)
                    .weigher((Key _, Message reply) -> 400 + Math.max(reply.numBytes(), 0) * 4)
                    .expireAfter(Expiry.creating((Key _, Message reply) -> lifetime(reply)))
                    .build();

    Validator(Servers servers, Dnssec.Validate settings) {
        this.servers = servers;
        this.settings = settings;
    }

    private static Duration lifetime(Message reply) {
        long seconds =
                IntStream.of(Section.ANSWER, Section.AUTHORITY)
                        .boxed()
                        .flatMap(section -> reply.getSection(section).stream())
                        .mapToLong(Record::getTTL)
                        .min()
                        .orElse(0);
        return Duration.ofSeconds(Math.clamp(seconds, SHORTEST.toSeconds(), LONGEST.toSeconds()));
    }

    /// Asks until a time of `System.nanoTime()`.
    Validation.Outcome ask(Name name, int type, long until) {
        return new Validation(servers, settings, replies, until).run(name, type);
    }
}
