package io.postern.testkit;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Master;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.TSIG;
import org.xbill.DNS.Type;

/// A real authoritative DNS server on loopback, over UDP and TCP on one port, for the zones in a
/// text: those with a SOA record. NS records without one are a delegation. A text with a SOA of the
/// root has all names in it, which is as good as a recursive server.
///
/// What it has and how it behaves can be changed at any time. Safe for many threads.
public final class ZoneServer implements AutoCloseable {
    /// How it behaves.
    public enum Manner {
        ANSWERS,
        /// As a recursive server, without the AA flag.
        LAME,
        REFUSES,
        FAILS,
        SILENT,
        /// Nothing but TC over UDP.
        TRUNCATES,
        /// Its replies to updates have no signature.
        SIGNS_NOTHING,
        /// Its replies to updates have a signature of another secret.
        SIGNS_WRONGLY
    }

    private static final long TTL = 3600;

    private final ServerSocket tcp;
    private final DatagramSocket udp;
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
    private volatile List<Record> records;
    private volatile Manner manner = Manner.ANSWERS;
    private volatile Optional<TSIG> key = Optional.empty();
    private volatile boolean keeping = true;

    private ZoneServer(String address, int port, List<Record> records) throws IOException {
        this.records = records;
        tcp = new ServerSocket();
        try {
            tcp.bind(new InetSocketAddress(InetAddress.ofLiteral(address), port));
            udp = new DatagramSocket(tcp.getLocalSocketAddress());
        } catch (IOException e) {
            tcp.close();
            throw e;
        }
        Thread.ofVirtual().name("zone-server-udp").start(this::serveUdp);
        Thread.ofVirtual().name("zone-server-tcp").start(this::serveTcp);
    }

    /// Starts on 127.0.0.1 and a free port.
    public static ZoneServer start(String zone) {
        for (int tries = 1; ; tries++) {
            try {
                return new ZoneServer("127.0.0.1", 0, parsed(zone));
            } catch (BindException e) {
                // The port that TCP was given is some client's UDP port at this moment.
                if (tries == 20) {
                    throw new UncheckedIOException(e);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /// Starts on another loopback address, such as 127.0.0.2, and the same port as that one.
    public static ZoneServer start(String address, ZoneServer beside, String zone) {
        try {
            return new ZoneServer(address, beside.address().getPort(), parsed(zone));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Record> parsed(String zone) {
        var records = new ArrayList<Record>();
        var octets = new ByteArrayInputStream(zone.getBytes(StandardCharsets.ISO_8859_1));
        try (var master = new Master(octets, Name.root, TTL)) {
            for (var r = master.nextRecord(); r != null; r = master.nextRecord()) {
                records.add(r);
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("zone: " + e.getMessage(), e);
        }
        return List.copyOf(records);
    }

    public InetSocketAddress address() {
        return new InetSocketAddress(tcp.getInetAddress(), tcp.getLocalPort());
    }

    /// From now on it has these records and no others.
    public ZoneServer zone(String text) {
        records = parsed(text);
        return this;
    }

    public ZoneServer manner(Manner now) {
        manner = now;
        return this;
    }

    /// From now on it takes updates signed with this key, and refuses all others.
    ///
    /// @param algorithm such as `hmac-sha256`
    /// @param secret in Base64
    public ZoneServer takesUpdates(String name, String algorithm, String secret) {
        key = Optional.of(new TSIG(algorithm, name, secret));
        return this;
    }

    /// Each question in order, such as `udp example.com. TXT`, in lower case but for the type.
    public List<String> asked() {
        return List.copyOf(asked);
    }

    /// From now on questions are not kept: for a great many of them.
    public ZoneServer forgetful() {
        keeping = false;
        return this;
    }

    /// Its records, as lines of a zone file.
    public List<String> records() {
        return records.stream().map(Record::toString).toList();
    }

    private void serveUdp() {
        var buffer = new byte[4096];
        while (!udp.isClosed()) {
            try {
                var packet = new DatagramPacket(buffer, buffer.length);
                udp.receive(packet);
                var octets = Arrays.copyOf(packet.getData(), packet.getLength());
                var reply = reply(octets, false);
                if (reply.length > 0) {
                    udp.send(new DatagramPacket(reply, reply.length, packet.getSocketAddress()));
                }
            } catch (IOException _) {
                // closed, or not a question
            }
        }
    }

    private void serveTcp() {
        while (!tcp.isClosed()) {
            try {
                var connection = tcp.accept();
                connections.add(connection);
                if (tcp.isClosed()) {
                    // Accepted while close() looked at the others.
                    connection.close();
                }
                Thread.ofVirtual().name("zone-server").start(() -> serve(connection));
            } catch (IOException _) {
                // closed
            }
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            var in = new DataInputStream(connection.getInputStream());
            var out = new DataOutputStream(connection.getOutputStream());
            while (true) {
                var reply = reply(in.readNBytes(in.readUnsignedShort()), true);
                if (reply.length > 0) {
                    var framed = new byte[reply.length + 2];
                    framed[0] = (byte) (reply.length >> 8);
                    framed[1] = (byte) reply.length;
                    System.arraycopy(reply, 0, framed, 2, reply.length);
                    out.write(framed);
                }
            }
        } catch (IOException _) {
            // the client has gone, or the server was closed
        } finally {
            connections.remove(connection);
        }
    }

    /// Empty when there is to be none.
    private byte[] reply(byte[] octets, boolean overTcp) throws IOException {
        var query = new Message(octets);
        var question = query.getQuestion();
        if (keeping) {
            asked.add(
                    "%s %s %s"
                            .formatted(
                                    overTcp ? "tcp" : "udp",
                                    question.getName().toString().toLowerCase(Locale.ROOT),
                                    Type.string(question.getType())));
        }
        if (manner == Manner.SILENT) {
            return new byte[0];
        }
        var reply = new Message(query.getHeader().getID());
        reply.getHeader().setOpcode(query.getHeader().getOpcode());
        reply.getHeader().setFlag(Flags.QR);
        reply.addRecord(question, Section.QUESTION);
        if (manner == Manner.REFUSES || manner == Manner.FAILS) {
            reply.getHeader().setRcode(manner == Manner.FAILS ? Rcode.SERVFAIL : Rcode.REFUSED);
        } else if (manner == Manner.TRUNCATES && !overTcp) {
            reply.getHeader().setFlag(Flags.TC);
        } else if (query.getHeader().getOpcode() == Opcode.UPDATE) {
            update(query, octets, reply);
        } else {
            answer(question.getName(), question.getType(), reply);
        }
        return reply.toWire();
    }

    private void answer(Name name, int type, Message reply) {
        var zone = apex(name);
        var cut = cut(name);
        if (zone.isEmpty()) {
            reply.getHeader().setRcode(Rcode.REFUSED);
        } else if (cut.isPresent() && cut.get().labels() > zone.get().labels()) {
            at(cut.get(), Type.NS).forEach(r -> reply.addRecord(r, Section.AUTHORITY));
        } else {
            if (manner != Manner.LAME) {
                reply.getHeader().setFlag(Flags.AA);
            }
            answer(name, type, zone.get(), reply);
        }
    }

    private void answer(Name name, int type, Name zone, Message reply) {
        var found = at(name, type).toList();
        found = found.isEmpty() ? at(name, Type.CNAME).toList() : found;
        if (!found.isEmpty()) {
            found.forEach(r -> reply.addRecord(r, Section.ANSWER));
            if (type != Type.CNAME && found.getFirst() instanceof CNAMERecord cname) {
                at(cname.getTarget(), type).forEach(r -> reply.addRecord(r, Section.ANSWER));
            }
            return;
        }
        boolean exists = records.stream().anyMatch(r -> r.getName().subdomain(name));
        reply.getHeader().setRcode(exists ? Rcode.NOERROR : Rcode.NXDOMAIN);
        at(zone, Type.SOA).forEach(r -> reply.addRecord(r, Section.AUTHORITY));
    }

    private Optional<Name> apex(Name name) {
        return deepest(name, Type.SOA);
    }

    private Optional<Name> cut(Name name) {
        return deepest(name, Type.NS);
    }

    private Optional<Name> deepest(Name name, int type) {
        return records.stream()
                .filter(r -> r.getType() == type && name.subdomain(r.getName()))
                .map(Record::getName)
                .max(Comparator.comparingInt(Name::labels));
    }

    private Stream<Record> at(Name name, int type) {
        return records.stream().filter(r -> r.getType() == type && r.getName().equals(name));
    }

    /// RFC 2136 §3, as far as one record set of one name goes; RFC 8945 §5.2.
    private void update(Message query, byte[] octets, Message reply) {
        var signature = query.getTSIG();
        if (key.isEmpty() || signature == null) {
            reply.getHeader().setRcode(Rcode.REFUSED);
            return;
        }
        int fault = key.get().verify(query, octets, null);
        if (fault != Rcode.NOERROR) {
            reply.getHeader().setRcode(Rcode.NOTAUTH);
            key.get().apply(reply, fault, signature);
            return;
        }
        reply.getHeader().setRcode(changed(query));
        switch (manner) {
            case SIGNS_NOTHING -> {}
            case SIGNS_WRONGLY ->
                    new TSIG(signature.getAlgorithm(), signature.getName(), new byte[32])
                            .apply(reply, signature);
            default -> key.get().apply(reply, signature);
        }
    }

    private synchronized int changed(Message query) {
        var zone = query.getQuestion().getName();
        if (at(zone, Type.SOA).findAny().isEmpty()) {
            return Rcode.NOTAUTH;
        }
        for (var r : query.getSection(Section.PREREQ)) {
            boolean there = at(r.getName(), r.getType()).findAny().isPresent();
            if (there == (r.getDClass() == DClass.NONE)) {
                return there ? Rcode.YXRRSET : Rcode.NXRRSET;
            }
        }
        var now = new ArrayList<>(records);
        for (var change : query.getSection(Section.UPDATE)) {
            if (change.getDClass() == DClass.ANY) {
                now.removeIf(r ->
                        r.getName().equals(change.getName()) && r.getType() == change.getType());
            } else if (change.getDClass() == DClass.IN) {
                now.add(change);
            } else {
                return Rcode.NOTIMP;
            }
        }
        records = List.copyOf(now);
        return Rcode.NOERROR;
    }

    @Override
    public void close() {
        udp.close();
        try {
            tcp.close();
            for (var connection : connections) {
                connection.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
