package io.postern.dns;

import java.net.InetAddress;
import org.xbill.DNS.Name;
import org.xbill.DNS.ReverseMap;

/// A resolver that answers one question: which records of a kind a name has.
abstract class NameResolver implements Resolver, Aliases {
    abstract <T> Timed<T> ask(Name name, RecordKind<T> kind);

    final <T> Timed<T> ask(String name, RecordKind<T> kind) {
        var parsed = DnsNames.parse(name);
        // A name that cannot be written into a question cannot exist.
        return parsed.isPresent()
                ? ask(parsed.get(), kind)
                : new Timed<>(new Answer.NoSuchName<>());
    }

    final Timed<String> askPtr(InetAddress address) {
        return ask(ReverseMap.fromAddress(address), RecordKind.PTR);
    }

    @Override
    public final Answer<String> txt(String name) {
        return ask(name, RecordKind.TXT).answer();
    }

    @Override
    public final Answer<MxRecord> mx(String name) {
        return ask(name, RecordKind.MX).answer();
    }

    @Override
    public final Answer<InetAddress> a(String name) {
        return ask(name, RecordKind.A).answer();
    }

    @Override
    public final Answer<InetAddress> aaaa(String name) {
        return ask(name, RecordKind.AAAA).answer();
    }

    @Override
    public final Answer<String> cname(String name) {
        return ask(name, RecordKind.CNAME).answer();
    }

    @Override
    public final Answer<String> ptr(InetAddress address) {
        return askPtr(address).answer();
    }
}
