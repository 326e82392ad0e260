package io.postern.gateway.identities;

import io.postern.dns.Answer;
import io.postern.dns.Resolver;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;

/// The names of a client in the DNS.
///
/// @param claimed what its PTR records say: whoever has the address chooses them
/// @param confirmed those of them that have the address, so whoever has the name agrees (RFC 8601
///   §2.7.3)
public record ClientNames(List<String> claimed, List<String> confirmed) {
    public static final ClientNames NONE = new ClientNames(List.of(), List.of());

    /// RFC 7208 §4.6.4 takes as many.
    private static final int MOST = 10;

    public ClientNames {
        claimed = List.copyOf(claimed);
        confirmed = List.copyOf(confirmed);
    }

    /// Looks them up. Blocking, as long as the resolver's deadline a question; when the DNS does
    /// not answer, there are none.
    public static ClientNames of(InetAddress client, Resolver resolver) {
        if (!(resolver.ptr(client) instanceof Answer.Records<String>(var names, _, _))) {
            return NONE;
        }
        var claimed = names.stream().filter(name -> !name.isEmpty()).limit(MOST).toList();
        return new ClientNames(
                claimed, claimed.stream().filter(name -> has(name, client, resolver)).toList());
    }

    private static boolean has(String name, InetAddress client, Resolver resolver) {
        var answer = client instanceof Inet4Address ? resolver.a(name) : resolver.aaaa(name);
        return answer instanceof Answer.Records<InetAddress>(var addresses, _, _)
                && addresses.contains(client);
    }
}
