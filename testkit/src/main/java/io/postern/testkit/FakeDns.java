package io.postern.testkit;

import io.postern.dns.Answer;
import io.postern.dns.MxRecord;
import io.postern.dns.Resolver;
import java.net.InetAddress;

/// A DNS that is a literal: a zone in text, with forced failures. What is not in it does not exist;
/// nothing is ever asked over the network. Counts look-ups. Safe for many threads.
@SuppressWarnings("DoNotCallSuggester")
public final class FakeDns implements Resolver {
    private FakeDns() {}

    /// A DNS of that zone, in the syntax of a zone file; names are relative to the root.
    ///
    /// @throws IllegalArgumentException when it is not one, with the line
    public static FakeDns zone(String text) {
        return text.isEmpty() ? empty() : new FakeDns();
    }

    /// A DNS in which no name exists.
    public static FakeDns empty() {
        return new FakeDns();
    }

    /// From now on every question about that name (any type) fails for now, as with SERVFAIL.
    public FakeDns fail(String name) {
        throw new UnsupportedOperationException(name);
    }

    /// From now on every question about that name fails for now, as when no server answers.
    public FakeDns timeout(String name) {
        throw new UnsupportedOperationException(name);
    }

    /// How many questions were asked.
    public int lookups() {
        throw new UnsupportedOperationException();
    }

    /// How many questions were asked about that name.
    public int lookups(String name) {
        throw new UnsupportedOperationException(name);
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
        throw new UnsupportedOperationException();
    }
}
