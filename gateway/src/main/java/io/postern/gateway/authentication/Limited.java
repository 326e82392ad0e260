package io.postern.gateway.authentication;

import io.postern.dns.Answer;
import io.postern.dns.MxRecord;
import io.postern.dns.Resolver;
import java.net.InetAddress;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/// A resolver that answers so many questions, and is a temporary failure afterwards. Safe for many
/// threads.
final class Limited implements Resolver {
    private final Resolver resolver;
    private final int questions;
    private final AtomicInteger asked = new AtomicInteger();

    Limited(Resolver resolver, int questions) {
        this.resolver = resolver;
        this.questions = questions;
    }

    private <T> Answer<T> answer(Supplier<Answer<T>> ask) {
        return asked.incrementAndGet() <= questions
                ? ask.get()
                : new Answer.TemporaryFailure<>("more than " + questions + " questions");
    }

    @Override
    public Answer<String> txt(String name) {
        return answer(() -> resolver.txt(name));
    }

    @Override
    public Answer<MxRecord> mx(String name) {
        return answer(() -> resolver.mx(name));
    }

    @Override
    public Answer<InetAddress> a(String name) {
        return answer(() -> resolver.a(name));
    }

    @Override
    public Answer<InetAddress> aaaa(String name) {
        return answer(() -> resolver.aaaa(name));
    }

    @Override
    public Answer<String> ptr(InetAddress address) {
        return answer(() -> resolver.ptr(address));
    }
}
