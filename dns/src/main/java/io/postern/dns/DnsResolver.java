package io.postern.dns;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.ResolverConfig;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/// Asks recursive DNS servers over UDP with EDNS (RFC 6891), over TCP where the answer does not fit
/// (RFC 7766).
///
/// Holds no socket and no thread between calls; the caller's thread blocks, at most for the
/// deadline, whatever the servers do. [Answer.Records#authentic] is the AD bit of a server on a
/// loopback address; of any other the path is not trusted (RFC 6840 §5.8, RFC 4035 §4.9.3).
///
/// Messages are put together and taken apart by dnsjava; the sockets are ours, because its own
/// transport keeps a selector thread and has no deadline over retries.
public final class DnsResolver extends NameResolver {
    private static final int PORT = 53;

    /// Times that each server is asked when no answer comes.
    private static final int ROUNDS = 3;

    /// Octets that fit into a datagram on any path without fragments (DNS flag day 2020).
    private static final int PAYLOAD = 1232;

    /// How a question reaches a server and its reply comes back, at most until a time of
    /// `System.nanoTime()`. A reply has at least the twelve octets of a header, the first two of
    /// them those of the question.
    interface Exchange {
        byte[] udp(InetSocketAddress server, byte[] query, long until) throws IOException;

        byte[] tcp(InetSocketAddress server, byte[] query, long until) throws IOException;
    }

    private static final Exchange SOCKETS =
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

    private final List<InetSocketAddress> servers;
    private final Duration deadline;
    private final Exchange exchange;
    private final Random ids = new SecureRandom();

    /// A resolver that asks these servers in order.
    ///
    /// @param servers at least one
    /// @param deadline bound on one call, over all servers, retries and CNAMEs
    public DnsResolver(List<InetSocketAddress> servers, Duration deadline) {
        this(servers, deadline, SOCKETS);
    }

    DnsResolver(List<InetSocketAddress> servers, Duration deadline, Exchange exchange) {
        if (servers.isEmpty()) {
            throw new IllegalArgumentException("no server to ask");
        }
        if (servers.stream().anyMatch(InetSocketAddress::isUnresolved)) {
            throw new IllegalArgumentException("a server without an address: " + servers);
        }
        this.servers = List.copyOf(servers);
        this.deadline = deadline;
        this.exchange = exchange;
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
    <T> Answer<T> ask(Name name, RecordKind<T> kind) {
        long until = System.nanoTime() + deadline.toNanos();
        var chain = new CnameChain(name);
        while (true) {
            switch (exchange(chain.end(), kind.type(), until)) {
                case Reply.None(var why) -> {
                    return new Answer.TemporaryFailure<>(why);
                }
                case Reply.Usable(var message, var vouched) -> {
                    var asked = chain.end();
                    var found = chain.follow(message.getSection(Section.ANSWER), kind, vouched);
                    if (found.isPresent()) {
                        return found.get();
                    }
                    // RFC 6604 §3: the code is about the last name of the chain.
                    if (message.getRcode() == Rcode.NXDOMAIN) {
                        return new Answer.NoSuchName<>();
                    }
                    if (chain.end().equals(asked) || hasSoa(message)) {
                        return new Answer.NoData<>();
                    }
                    // The server stopped half-way along the chain: ask on from there.
                }
            }
        }
    }

    /// What came of one question.
    private sealed interface Reply {
        /// NOERROR or NXDOMAIN from a server that knows.
        record Usable(Message message, boolean vouched) implements Reply {}

        record None(String why) implements Reply {}
    }

    /// Asks the servers in turn until one gives a usable reply. One that answers badly is not asked
    /// again (RFC 9520 §3.1); one that does not answer is, the time left shared among the tries.
    private Reply exchange(Name name, int type, long until) {
        var bad = new HashSet<InetSocketAddress>();
        var complaints = new ArrayList<String>();
        int tries = ROUNDS * servers.size();
        for (int i = 0; i < tries && bad.size() < servers.size(); i++) {
            var server = servers.get(i % servers.size());
            if (bad.contains(server)) {
                continue;
            }
            long now = System.nanoTime();
            if (until - now <= 0) {
                break;
            }
            try {
                return query(server, name, type, now + (until - now) / (tries - i));
            } catch (SocketTimeoutException e) {
                complaints.add(server + ": no answer");
            } catch (IOException e) {
                if (Thread.currentThread().isInterrupted()) {
                    return new Reply.None("interrupted");
                }
                bad.add(server);
                complaints.add(server + ": " + e.getMessage());
            }
        }
        var why = String.join(", ", new LinkedHashSet<>(complaints));
        return new Reply.None(
                why.isEmpty() ? "no answer within " + deadline.toMillis() + " ms" : why);
    }

    /// @throws IOException when the server cannot be asked or its reply is of no use
    private Reply query(InetSocketAddress server, Name name, int type, long until)
            throws IOException {
        var question = Record.newRecord(name, type, DClass.IN);
        var message = Message.newQuery(question);
        message.getHeader().setID(ids.nextInt(1 << 16));
        message.getHeader().setFlag(Flags.AD); // RFC 6840 §5.7: tell us whether it validated
        message.addRecord(new OPTRecord(PAYLOAD, 0, 0), Section.ADDITIONAL);
        var reply = send(server, message, until);
        if (reply.getRcode() == Rcode.FORMERR || reply.getRcode() == Rcode.NOTIMP) {
            // RFC 6891 §7: a server from before EDNS.
            message.removeAllRecords(Section.ADDITIONAL);
            message.getHeader().setID(ids.nextInt(1 << 16));
            reply = send(server, message, until);
        }
        check(reply, question);
        boolean vouched =
                reply.getHeader().getFlag(Flags.AD) && server.getAddress().isLoopbackAddress();
        return new Reply.Usable(reply, vouched);
    }

    private Message send(InetSocketAddress server, Message message, long until) throws IOException {
        var query = message.toWire();
        var octets = exchange.udp(server, query, until);
        // TC before all else: what was cut off need not parse.
        if ((octets[2] & 0x02) != 0) {
            octets = exchange.tcp(server, query, until);
        }
        try {
            return new Message(octets);
        } catch (IOException | RuntimeException e) {
            throw new IOException("malformed reply: " + e.getMessage(), e);
        }
    }

    private static void check(Message reply, Record question) throws IOException {
        int code = reply.getRcode();
        if (code != Rcode.NOERROR && code != Rcode.NXDOMAIN) {
            throw new IOException(Rcode.string(code));
        }
        if (reply.getHeader().getOpcode() != Opcode.QUERY
                || !question.equals(reply.getQuestion())) {
            throw new IOException("the reply is to another question");
        }
        // RFC 2308 §2.2: NS without SOA and without an answer is a referral, not "no data".
        boolean referral =
                reply.getSection(Section.ANSWER).isEmpty()
                        && !hasSoa(reply)
                        && code == Rcode.NOERROR
                        && !reply.getHeader().getFlag(Flags.AA)
                        && reply.getSection(Section.AUTHORITY).stream()
                                .anyMatch(r -> r.getType() == Type.NS);
        if (referral) {
            throw new IOException("a referral: not a recursive server");
        }
    }

    private static boolean hasSoa(Message message) {
        return message.getSection(Section.AUTHORITY).stream().anyMatch(SOARecord.class::isInstance);
    }
}
