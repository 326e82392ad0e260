package io.postern.testkit;

import io.postern.dns.Answer;
import io.postern.dns.MxRecord;
import io.postern.dns.Resolver;
import io.postern.dns.Survey;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/// A DNS whose zone changes while it is asked: as a resolver that remembers nothing, and as the one
/// authoritative server of `example.com`. Safe for many threads.
public final class ChangingDns implements Resolver {
    private final AtomicReference<FakeDns> now = new AtomicReference<>(FakeDns.empty());

    /// From now on this is the zone.
    public FakeDns set(String zone) {
        var next = FakeDns.zone(zone);
        now.set(next);
        return next;
    }

    /// What the authoritative server says of a name.
    public Survey survey(String name) {
        var word =
                switch (now.get().txt(name)) {
                    case Answer.Records<String>(var texts, var ttl, _) ->
                            new Survey.Word.Texts(texts, ttl);
                    case Answer.NoSuchName<String> _ ->
                            new Survey.Word.Nothing(false, Duration.ZERO);
                    case Answer.NoData<String> _ -> new Survey.Word.Nothing(true, Duration.ZERO);
                    case Answer.TemporaryFailure<String>(var why) -> new Survey.Word.Trouble(why);
                };
        var server = Optional.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 53));
        return new Survey.Asked(
                "example.com",
                List.of(new Survey.Said("ns1.example.com", server, word)),
                0,
                Duration.ZERO);
    }

    @Override
    public Answer<String> txt(String name) {
        return now.get().txt(name);
    }

    @Override
    public Answer<MxRecord> mx(String name) {
        return now.get().mx(name);
    }

    @Override
    public Answer<InetAddress> a(String name) {
        return now.get().a(name);
    }

    @Override
    public Answer<InetAddress> aaaa(String name) {
        return now.get().aaaa(name);
    }

    @Override
    public Answer<String> ptr(InetAddress address) {
        return now.get().ptr(address);
    }
}
