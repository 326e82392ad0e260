package io.postern.gateway.signing;

import io.postern.dns.Answer;
import io.postern.dns.MxRecord;
import io.postern.dns.Resolver;
import io.postern.gateway.lookups.Lookups;
import io.postern.gateway.lookups.Lookups.Lookup;
import io.postern.keys.DkimKey;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Where one verification finds its keys: nothing but TXT records is asked for. Confined to one
/// thread.
sealed interface TxtResolver extends Resolver {
    /// The name will be asked for.
    void ahead(String name);

    @Override
    default Answer<MxRecord> mx(String name) {
        return new Answer.NoData<>();
    }

    @Override
    default Answer<InetAddress> a(String name) {
        return new Answer.NoData<>();
    }

    @Override
    default Answer<InetAddress> aaaa(String name) {
        return new Answer.NoData<>();
    }

    @Override
    default Answer<String> ptr(InetAddress address) {
        return new Answer.NoData<>();
    }

    /// The DNS, with one deadline for all questions, which go out side by side.
    final class Deadlined implements TxtResolver {
        private final Resolver resolver;
        private final Lookups lookups;
        private final long until;
        private final Map<String, Lookup<Answer<String>>> asked = new HashMap<>();

        Deadlined(Resolver resolver, Lookups lookups, Duration deadline) {
            this.resolver = resolver;
            this.lookups = lookups;
            until = System.nanoTime() + deadline.toNanos();
        }

        @Override
        public void ahead(String name) {
            var _ = lookup(name);
        }

        private Lookup<Answer<String>> lookup(String name) {
            return asked.computeIfAbsent(
                    name,
                    _ ->
                            lookups.<Answer<String>>start(
                                    () -> resolver.txt(name),
                                    new Answer.TemporaryFailure<>("no answer in time"),
                                    Duration.ofNanos(Math.max(0, until - System.nanoTime()))));
        }

        @Override
        public Answer<String> txt(String name) {
            return lookup(name).get();
        }
    }

    /// The records that belong into the DNS.
    final class Own implements TxtResolver {
        private final Map<String, String> records;

        Own(List<DkimKey> keys) {
            records =
                    keys.stream()
                            .collect(
                                    Collectors.toMap(
                                            DkimKey::recordName,
                                            DkimKey::recordText,
                                            (one, _) -> one));
        }

        @Override
        public void ahead(String name) {}

        @Override
        public Answer<String> txt(String name) {
            var text = records.get(name);
            return text == null
                    ? new Answer.NoSuchName<>()
                    : new Answer.Records<>(List.of(text), Duration.ZERO, false);
        }
    }
}
