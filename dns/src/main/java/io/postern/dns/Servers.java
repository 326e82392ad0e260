package io.postern.dns;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.random.RandomGenerator;
import org.xbill.DNS.DClass;
import org.xbill.DNS.ExtendedFlags;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/// Servers of one kind, recursive or authoritative, asked in turn until one gives a usable reply.
/// Safe for many threads.
final class Servers {
    /// Times that each server is asked when no answer comes.
    private static final int ROUNDS = 3;

    /// Octets that fit into a datagram on any path without fragments (DNS flag day 2020).
    private static final int PAYLOAD = 1232;

    /// What is asked for besides the records.
    enum Wish {
        NOTHING,
        /// Whether the server has validated them. RFC 6840 §5.7.
        AUTHENTIC_DATA,
        /// Their signatures, and data that the server holds for bogus too: RFC 4035 §3.2.1, §3.2.2.
        SIGNATURES,
        /// What the server itself has, and that it says so: RFC 1035 §4.1.1, RD and AA.
        AUTHORITY
    }

    /// What came of one question.
    sealed interface Reply {
        /// NOERROR or NXDOMAIN from a server that knows.
        record Usable(Message message, InetSocketAddress server) implements Reply {}

        record None(String why) implements Reply {}
    }

    /// The server does not give the question back as it was, and can't be asked over TCP.
    private static final class CaseLost extends IOException {
        private static final long serialVersionUID = 1;

        CaseLost(IOException overTcp) {
            super("the question came back in another case; TCP: " + overTcp.getMessage(), overTcp);
        }
    }

    private final List<InetSocketAddress> servers;
    private final DnsResolver.Exchange exchange;
    private final RandomGenerator random;
    private final Wish wish;
    // The server that answered last is asked first: one that is down costs its share of the time
    // once, and not with each question. Whichever thread was last may say.
    private volatile int first;

    Servers(
            List<InetSocketAddress> servers,
            DnsResolver.Exchange exchange,
            RandomGenerator random,
            Wish wish) {
        this.servers = List.copyOf(servers);
        this.exchange = exchange;
        this.random = random;
        this.wish = wish;
    }

    /// Asks until a time of `System.nanoTime()`. A server that answers badly is not asked again
    /// (RFC 9520 §3.1); one that does not answer is, the time left shared among the tries.
    Reply ask(Name name, int type, long until) {
        var bad = new HashSet<InetSocketAddress>();
        var losesCase = new HashSet<InetSocketAddress>();
        var complaints = new ArrayList<String>();
        int start = first;
        int tries = ROUNDS * servers.size();
        for (int i = 0; i < tries && bad.size() < servers.size(); i++) {
            int index = (start + i) % servers.size();
            var server = servers.get(index);
            if (bad.contains(server)) {
                continue;
            }
            long now = System.nanoTime();
            if (until - now <= 0) {
                break;
            }
            try {
                var message =
                        query(
                                server,
                                Record.newRecord(name, type, DClass.IN),
                                !losesCase.contains(server),
                                now + (until - now) / (tries - i));
                first = index;
                return new Reply.Usable(message, server);
            } catch (SocketTimeoutException e) {
                complaints.add(server + ": no answer");
            } catch (CaseLost e) {
                losesCase.add(server);
                complaints.add(server + ": " + e.getMessage());
            } catch (IOException e) {
                if (Thread.currentThread().isInterrupted()) {
                    return new Reply.None("interrupted");
                }
                bad.add(server);
                complaints.add(server + ": " + e.getMessage());
            }
        }
        var why = String.join(", ", new LinkedHashSet<>(complaints));
        return new Reply.None(why.isEmpty() ? "no answer in time" : why);
    }

    /// @throws IOException when the server cannot be asked or its reply is of no use
    private Message query(InetSocketAddress server, Record question, boolean scramble, long until)
            throws IOException {
        var reply = send(server, message(question, scramble, true), scramble, until);
        if (reply.getRcode() == Rcode.FORMERR || reply.getRcode() == Rcode.NOTIMP) {
            // RFC 6891 §7: a server from before EDNS.
            reply = send(server, message(question, scramble, false), scramble, until);
        }
        check(reply, question);
        return reply;
    }

    private Message message(Record question, boolean scramble, boolean edns) {
        var name = scramble ? Question.scrambled(question.getName(), random) : question.getName();
        var message =
                Message.newQuery(Record.newRecord(name, question.getType(), question.getDClass()));
        message.getHeader().setID(random.nextInt(1 << 16));
        switch (wish) {
            case NOTHING -> {}
            case AUTHENTIC_DATA -> message.getHeader().setFlag(Flags.AD);
            case SIGNATURES -> message.getHeader().setFlag(Flags.CD);
            case AUTHORITY -> message.getHeader().unsetFlag(Flags.RD);
        }
        if (edns) {
            int flags = wish == Wish.SIGNATURES ? ExtendedFlags.DO : 0;
            message.addRecord(new OPTRecord(PAYLOAD, 0, 0, flags), Section.ADDITIONAL);
        }
        return message;
    }

    private Message send(InetSocketAddress server, Message message, boolean scrambled, long until)
            throws IOException {
        var query = message.toWire();
        var octets = exchange.udp(server, query, until);
        boolean caseLost =
                scrambled && Question.isSame(query, octets) && !Question.isIdentical(query, octets);
        // TC before all else: what was cut off need not parse.
        if ((octets[2] & 0x02) != 0) {
            octets = exchange.tcp(server, query, until);
        } else if (caseLost) {
            // Forged, or from a server that changes it. Nobody forges a connection unseen.
            try {
                octets = exchange.tcp(server, query, until);
            } catch (IOException e) {
                if (Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                throw new CaseLost(e);
            }
        }
        try {
            return new Message(octets);
        } catch (IOException | RuntimeException e) {
            throw new IOException("malformed reply: " + e.getMessage(), e);
        }
    }

    private void check(Message reply, Record question) throws IOException {
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
            throw new IOException(
                    wish == Wish.AUTHORITY
                            ? "a referral: it does not serve the zone"
                            : "a referral: not a recursive server");
        }
        if (wish == Wish.AUTHORITY && !reply.getHeader().getFlag(Flags.AA)) {
            throw new IOException("not authoritative: it does not serve the zone");
        }
    }

    static boolean hasSoa(Message message) {
        return message.getSection(Section.AUTHORITY).stream().anyMatch(SOARecord.class::isInstance);
    }
}
