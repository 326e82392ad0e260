package io.postern.dns;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.ResolverConfig;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/// Asks recursive DNS servers over UDP with EDNS (RFC 6891), over TCP where the answer does not fit
/// (RFC 7766).
///
/// Holds no socket and no thread between calls; the caller's thread blocks, at most for the
/// deadline, whatever the servers do. [Answer.Records#authentic] is as [Dnssec] says. Against
/// forged replies there are a port and an id by chance (RFC 5452) and the case of the question.
///
/// Messages are put together and taken apart by dnsjava; the sockets are ours, because its own
/// transport keeps a selector thread and has no deadline over retries.
public final class DnsResolver extends NameResolver implements Delegations {
    private static final int PORT = 53;

    /// How a question reaches a server and its reply comes back, at most until a time of
    /// `System.nanoTime()`. A reply has at least the twelve octets of a header, the first two of
    /// them those of the question.
    interface Exchange {
        byte[] udp(InetSocketAddress server, byte[] query, long until) throws IOException;

        byte[] tcp(InetSocketAddress server, byte[] query, long until) throws IOException;
    }

    static final Exchange SOCKETS =
            new Exchange() {
                @Override
                public byte[] udp(InetSocketAddress server, byte[] query, long until)
                        throws IOException {
                    return Transport.udp(server, query, until);
                }

                @Override
                public byte[] tcp(InetSocketAddress server, byte[] query, long until)
                        throws IOException {
                    return Transport.tcp(server, query, until);
                }
            };

    private final Servers servers;
    private final Duration deadline;
    private final Predicate<InetAddress> believed;
    private final Optional<Validator> validator;

    /// A resolver that asks these servers in order and believes the AD bit of those on this
    /// machine.
    ///
    /// @param servers at least one
    /// @param deadline bound on one call, over all servers, retries, CNAMEs and signatures
    public DnsResolver(List<InetSocketAddress> servers, Duration deadline) {
        this(servers, deadline, Dnssec.TrustAd.LOOPBACK, new SecureRandom());
    }

    /// A resolver that asks these servers in order.
    ///
    /// @param servers at least one
    /// @param deadline bound on one call, over all servers, retries, CNAMEs and signatures
    /// @param random ids of questions and the case of their letters; nobody may guess it
    public DnsResolver(
            List<InetSocketAddress> servers,
            Duration deadline,
            Dnssec dnssec,
            RandomGenerator random) {
        this(servers, deadline, dnssec, random, SOCKETS);
    }

    DnsResolver(List<InetSocketAddress> servers, Duration deadline, Exchange exchange) {
        this(servers, deadline, Dnssec.TrustAd.LOOPBACK, new SecureRandom(), exchange);
    }

    private DnsResolver(
            List<InetSocketAddress> servers,
            Duration deadline,
            Dnssec dnssec,
            RandomGenerator random,
            Exchange exchange) {
        if (servers.isEmpty()) {
            throw new IllegalArgumentException("no server to ask");
        }
        if (servers.stream().anyMatch(InetSocketAddress::isUnresolved)) {
            throw new IllegalArgumentException("a server without an address: " + servers);
        }
        this.deadline = deadline;
        var wish =
                switch (dnssec) {
                    case Dnssec.Off() -> Servers.Wish.NOTHING;
                    case Dnssec.TrustAd _ -> Servers.Wish.AUTHENTIC_DATA;
                    case Dnssec.Validate _ -> Servers.Wish.SIGNATURES;
                };
        this.servers = new Servers(servers, exchange, random, wish);
        believed = dnssec instanceof Dnssec.TrustAd(var trusted) ? trusted : _ -> false;
        validator =
                dnssec instanceof Dnssec.Validate settings
                        ? Optional.of(new Validator(this.servers, settings))
                        : Optional.empty();
    }

    /// The servers that this machine is configured to ask; never empty.
    public static List<InetSocketAddress> systemServers() {
        var configured = ResolverConfig.getCurrentConfig().servers();
        return configured.isEmpty()
                ? List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), PORT))
                : List.copyOf(configured);
    }

    /// The server of a text such as `192.0.2.53`, `192.0.2.53:5353`, `2001:db8::53` or
    /// `[2001:db8::53]:5353`; empty when it is not one. Host names are not taken: who would resolve
    /// them?
    public static Optional<InetSocketAddress> server(String text) {
        int close = text.indexOf(']');
        int colon = text.lastIndexOf(':');
        boolean bracketed = text.startsWith("[") && close > 0;
        boolean port = bracketed ? colon == close + 1 : colon > 0 && text.indexOf(':') == colon;
        if (bracketed && !port && close != text.length() - 1) {
            return Optional.empty();
        }
        var host = bracketed ? text.substring(1, close) : port ? text.substring(0, colon) : text;
        try {
            int number = port ? Integer.parseInt(text.substring(colon + 1)) : PORT;
            return number > 0 && number < 1 << 16
                    ? Optional.of(new InetSocketAddress(InetAddress.ofLiteral(host), number))
                    : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    @Override
    <T> Timed<T> ask(Name name, RecordKind<T> kind) {
        long until = System.nanoTime() + deadline.toNanos();
        var chain = new CnameChain(name);
        while (true) {
            var asked = chain.end();
            switch (reply(asked, kind.type(), until)) {
                case Reply.None(var why) -> {
                    return new Timed<>(new Answer.TemporaryFailure<>(why));
                }
                case Reply.Usable(var message, var vouched) -> {
                    // Behind a name in an unsigned zone nothing is validated: ask on from there.
                    boolean firstOnly = validator.isPresent() && !vouched;
                    var records = message.getSection(Section.ANSWER);
                    var found =
                            chain.follow(
                                    firstOnly
                                            ? records.stream()
                                                    .filter(r -> r.getName().equals(asked))
                                                    .toList()
                                            : records,
                                    kind,
                                    vouched);
                    if (found.isPresent()) {
                        return new Timed<>(found.get());
                    }
                    boolean moved = !chain.end().equals(asked);
                    if (!moved || !firstOnly) {
                        // RFC 6604 §3: the code is about the last name of the chain.
                        if (message.getRcode() == Rcode.NXDOMAIN) {
                            return new Timed<>(new Answer.NoSuchName<>(), negativeTtl(message));
                        }
                        if (!moved || Servers.hasSoa(message)) {
                            return new Timed<>(new Answer.NoData<>(), negativeTtl(message));
                        }
                    }
                    // The server stopped half-way along the chain: ask on from there.
                }
            }
        }
    }

    @Override
    public Answer<String> ns(String name) {
        long until = System.nanoTime() + deadline.toNanos();
        var asked = DnsNames.parse(name);
        if (asked.isEmpty()) {
            return new Answer.NoSuchName<>();
        }
        return switch (reply(asked.get(), Type.NS, until)) {
            case Reply.None(var why) -> new Answer.TemporaryFailure<>(why);
            case Reply.Usable(var message, var vouched) -> {
                var own =
                        message.getSection(Section.ANSWER).stream()
                                .filter(r -> r.getName().equals(asked.get()))
                                .toList();
                // RFC 6604 §3: NXDOMAIN behind a CNAME is not about this name.
                boolean alias = own.stream().anyMatch(CNAMERecord.class::isInstance);
                Answer<String> none =
                        message.getRcode() == Rcode.NXDOMAIN && !alias
                                ? new Answer.NoSuchName<>()
                                : new Answer.NoData<>();
                yield alias
                        ? none
                        : new CnameChain(asked.get())
                                .follow(own, RecordKind.NS, vouched)
                                .orElse(none);
            }
        };
    }

    /// RFC 2308 §5.
    private static Optional<Duration> negativeTtl(Message message) {
        return message.getSection(Section.AUTHORITY).stream()
                .filter(SOARecord.class::isInstance)
                .map(SOARecord.class::cast)
                .map(DnsResolver::negativeTtl)
                .findFirst();
    }

    /// RFC 2308 §5.
    static Duration negativeTtl(SOARecord soa) {
        return ttl(Math.min(soa.getTTL(), soa.getMinimum()));
    }

    /// RFC 2181 §8: with the top bit set it counts as 0.
    static Duration ttl(long seconds) {
        return Duration.ofSeconds(seconds >> 31 == 0 ? seconds : 0);
    }

    /// What came of one question.
    private sealed interface Reply {
        /// NOERROR or NXDOMAIN.
        record Usable(Message message, boolean vouched) implements Reply {}

        record None(String why) implements Reply {}
    }

    private Reply reply(Name name, int type, long until) {
        if (validator.isPresent()) {
            return switch (validator.get().ask(name, type, until)) {
                case Validation.Outcome.None(var why) -> new Reply.None(why);
                case Validation.Outcome.Judged(var message, var secure) ->
                        new Reply.Usable(message, secure);
            };
        }
        return switch (servers.ask(name, type, until)) {
            case Servers.Reply.None(var why) -> new Reply.None(why);
            case Servers.Reply.Usable(var message, var server) ->
                    new Reply.Usable(
                            message,
                            message.getHeader().getFlag(Flags.AD)
                                    && believed.test(server.getAddress()));
        };
    }
}
