package io.postern.gateway.rules;

import io.postern.dns.Answer;
import io.postern.dns.Resolver;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import java.util.function.Function;

/// The names of clients by reverse look-up, confirmed: a name counts only if it has the address in
/// turn, for anybody can write any name into his own reverse zone.
public final class ReverseNames implements Function<InetAddress, String> {
    /// Names of one address that are looked at: each costs a query.
    private static final int MOST_NAMES = 5;

    private final Resolver resolver;

    public ReverseNames(Resolver resolver) {
        this.resolver = resolver;
    }

    /// The first confirmed name; "" when there is none or the DNS does not answer.
    @Override
    public String apply(InetAddress address) {
        return records(resolver.ptr(address)).stream()
                .limit(MOST_NAMES)
                .filter(name -> addresses(name, address).contains(address))
                .findFirst()
                .orElse("");
    }

    private List<InetAddress> addresses(String name, InetAddress like) {
        return records(like instanceof Inet4Address ? resolver.a(name) : resolver.aaaa(name));
    }

    private static <T> List<T> records(Answer<T> answer) {
        return switch (answer) {
            case Answer.Records<T>(var records, _, _) -> records;
            case Answer.NoSuchName<T> _, Answer.NoData<T> _, Answer.TemporaryFailure<T> _ ->
                    List.of();
        };
    }
}
