package io.postern.auth.dkim;

import io.postern.dns.Answer;
import io.postern.dns.MxRecord;
import io.postern.dns.Resolver;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/// TXT records in memory; all else is a mistake of the code under test.
public final class ZoneResolver implements Resolver {
    private final Map<String, Answer<String>> answers = new HashMap<>();
    public final AtomicInteger asked = new AtomicInteger();

    public ZoneResolver txt(String name, String... records) {
        answers.put(
                name.toLowerCase(Locale.ROOT),
                new Answer.Records<>(List.of(records), Duration.ofMinutes(5), false));
        return this;
    }

    public ZoneResolver answer(String name, Answer<String> answer) {
        answers.put(name.toLowerCase(Locale.ROOT), answer);
        return this;
    }

    @Override
    public Answer<String> txt(String name) {
        asked.incrementAndGet();
        return answers.getOrDefault(name.toLowerCase(Locale.ROOT), new Answer.NoSuchName<>());
    }

    @Override
    public Answer<MxRecord> mx(String name) {
        throw new AssertionError("MX asked for " + name);
    }

    @Override
    public Answer<InetAddress> a(String name) {
        throw new AssertionError("A asked for " + name);
    }

    @Override
    public Answer<InetAddress> aaaa(String name) {
        throw new AssertionError("AAAA asked for " + name);
    }

    @Override
    public Answer<String> ptr(InetAddress address) {
        throw new AssertionError("PTR asked for " + address);
    }
}
