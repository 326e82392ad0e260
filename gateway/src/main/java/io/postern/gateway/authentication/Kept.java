package io.postern.gateway.authentication;

import io.postern.dns.Answer;
import io.postern.dns.MxRecord;
import io.postern.dns.Resolver;
import java.net.InetAddress;
import java.util.Optional;

/// A resolver that asks nobody: it knows what another one has kept, and whether that was all that
/// was wanted. Confined to one thread.
final class Kept implements Resolver {
    private final Resolver resolver;
    private boolean missing;

    Kept(Resolver resolver) {
        this.resolver = resolver;
    }

    /// Whether there was a question whose answer is not kept, so that nothing that was concluded
    /// counts.
    boolean isMissing() {
        return missing;
    }

    private <T> Answer<T> missed() {
        missing = true;
        return new Answer.TemporaryFailure<>("not kept");
    }

    @Override
    public Answer<String> txt(String name) {
        return missing ? missed() : resolver.keptTxt(name).orElseGet(this::missed);
    }

    @Override
    public Optional<Answer<String>> keptTxt(String name) {
        return resolver.keptTxt(name);
    }

    @Override
    public Answer<MxRecord> mx(String name) {
        return missed();
    }

    @Override
    public Answer<InetAddress> a(String name) {
        return missed();
    }

    @Override
    public Answer<InetAddress> aaaa(String name) {
        return missed();
    }

    @Override
    public Answer<String> ptr(InetAddress address) {
        return missed();
    }
}
