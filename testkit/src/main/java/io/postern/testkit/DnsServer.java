package io.postern.testkit;

import io.postern.dns.Answer;
import io.postern.dns.MxRecord;
import io.postern.dns.Resolver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.PTRRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.ReverseMap;
import org.xbill.DNS.Section;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/// A real DNS server on loopback, over UDP, that answers what a [FakeDns] says: failures as
/// SERVFAIL. For tests that go over the wire; a datagram too long for one answer is not split.
public final class DnsServer implements AutoCloseable {
    private static final int TTL = 60;

    private final Resolver zone;
    private final DatagramSocket socket;

    /// Starts on a free port.
    public DnsServer(Resolver zone) {
        this.zone = zone;
        try {
            socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().name("dns-server").start(this::serve);
    }

    public int port() {
        return socket.getLocalPort();
    }

    private void serve() {
        var buffer = new byte[4096];
        while (!socket.isClosed()) {
            try {
                var packet = new DatagramPacket(buffer, buffer.length);
                socket.receive(packet);
                var query = new Message(Arrays.copyOf(packet.getData(), packet.getLength()));
                var octets = answer(query).toWire();
                socket.send(new DatagramPacket(octets, octets.length, packet.getSocketAddress()));
            } catch (IOException _) {
                // closed, or not a question
            }
        }
    }

    private Message answer(Message query) throws IOException {
        var question = query.getQuestion();
        var reply = new Message(query.getHeader().getID());
        reply.getHeader().setFlag(Flags.QR);
        reply.getHeader().setFlag(Flags.RA);
        reply.addRecord(question, Section.QUESTION);
        switch (ask(question.getName(), question.getType())) {
            case Answer.Records<?>(var values, _, _) -> {
                for (var value : values) {
                    reply.addRecord(record(question.getName(), value), Section.ANSWER);
                }
            }
            case Answer.NoSuchName<?>() -> reply.getHeader().setRcode(Rcode.NXDOMAIN);
            case Answer.NoData<?>() -> {}
            case Answer.TemporaryFailure<?> _ -> reply.getHeader().setRcode(Rcode.SERVFAIL);
        }
        return reply;
    }

    private Answer<?> ask(Name name, int type) throws IOException {
        var text = name.toString(true);
        return switch (type) {
            case Type.A -> zone.a(text);
            case Type.AAAA -> zone.aaaa(text);
            case Type.MX -> zone.mx(text);
            case Type.TXT -> zone.txt(text);
            case Type.PTR -> zone.ptr(ReverseMap.fromName(name));
            default -> new Answer.NoData<String>();
        };
    }

    private static Record record(Name name, Object value) throws TextParseException {
        return switch (value) {
            case InetAddress address when address.getAddress().length == 4 ->
                    new ARecord(name, DClass.IN, TTL, address);
            case InetAddress address -> new AAAARecord(name, DClass.IN, TTL, address);
            case MxRecord mx ->
                    new MXRecord(
                            name,
                            DClass.IN,
                            TTL,
                            mx.preference(),
                            Name.fromString(mx.exchange() + "."));
            case String text when isReverse(name) ->
                    new PTRRecord(name, DClass.IN, TTL, Name.fromString(text + "."));
            case String text -> txt(name, text);
            default -> throw new IllegalArgumentException("no record for " + value);
        };
    }

    private static boolean isReverse(Name name) {
        return name.toString().endsWith(".arpa.");
    }

    private static TXTRecord txt(Name name, String text) {
        var octets = text.getBytes(StandardCharsets.ISO_8859_1);
        var strings = new java.util.ArrayList<byte[]>();
        for (int at = 0; at == 0 || at < octets.length; at += 255) {
            strings.add(Arrays.copyOfRange(octets, at, Math.min(at + 255, octets.length)));
        }
        return new TXTRecord(
                name,
                DClass.IN,
                TTL,
                List.copyOf(strings).stream().map(DnsServer::escaped).toList());
    }

    /// As a zone file has it, which is what dnsjava takes.
    private static String escaped(byte[] octets) {
        var text = new StringBuilder();
        for (byte octet : octets) {
            text.append('\\').append(String.format("%03d", octet & 0xff));
        }
        return text.toString();
    }

    @Override
    public void close() {
        socket.close();
    }
}
