package io.postern.dns;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/// Asks recursive DNS servers over UDP with EDNS (RFC 6891), over TCP where the answer does not fit
/// (RFC 7766).
///
/// Holds no socket and no thread between calls; the caller's thread blocks, at most for the
/// deadline, whatever the servers do. [Answer.Records#authentic] is the AD bit of a server on a
/// loopback address; of any other the path is not trusted (RFC 6840 §5.8, RFC 4035 §4.9.3).
@SuppressWarnings("DoNotCallSuggester")
public final class DnsResolver implements Resolver {
    private final List<InetSocketAddress> servers;
    private final Duration deadline;

    /// A resolver that asks these servers in order.
    ///
    /// @param servers at least one
    /// @param deadline bound on one call, over all servers, retries and CNAMEs
    public DnsResolver(List<InetSocketAddress> servers, Duration deadline) {
        this.servers = List.copyOf(servers);
        this.deadline = deadline;
    }

    /// The servers that this machine is configured to ask; never empty.
    public static List<InetSocketAddress> systemServers() {
        return List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 53));
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
        throw new UnsupportedOperationException(servers.toString() + deadline);
    }
}
