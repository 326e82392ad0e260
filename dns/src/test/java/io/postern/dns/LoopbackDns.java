package io.postern.dns;

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
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import org.xbill.DNS.Message;
import org.xbill.DNS.Type;

/// A DNS server on loopback, UDP and TCP on one port, that says what a test tells it to.
final class LoopbackDns implements AutoCloseable {
    /// What is sent back; none, one or several datagrams (or, over TCP, whatever octets).
    interface Script {
        List<byte[]> replies(Message query, boolean tcp) throws IOException;
    }

    private final DatagramSocket udp;
    private final ServerSocket tcp;
    private final Script script;
    private final List<Socket> connections = new CopyOnWriteArrayList<>();

    /// Each question in order, such as `udp example.com. A`, in lower case.
    final List<String> asked = new CopyOnWriteArrayList<>();

    static LoopbackDns start(Script script) throws IOException {
        for (int tries = 1; ; tries++) {
            try {
                return new LoopbackDns(script);
            } catch (BindException e) {
                // The port that TCP was given is some client's UDP port at this moment.
                if (tries == 20) {
                    throw e;
                }
            }
        }
    }

    private LoopbackDns(Script script) throws IOException {
        this.script = script;
        tcp = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        try {
            udp = new DatagramSocket(tcp.getLocalSocketAddress());
        } catch (IOException e) {
            tcp.close();
            throw e;
        }
        Thread.startVirtualThread(this::serveUdp);
        Thread.startVirtualThread(this::serveTcp);
    }

    InetSocketAddress address() {
        return new InetSocketAddress(tcp.getInetAddress(), tcp.getLocalPort());
    }

    private List<byte[]> replies(byte[] octets, boolean overTcp) throws IOException {
        var query = new Message(octets);
        asked.add(
                "%s %s %s"
                        .formatted(
                                overTcp ? "tcp" : "udp",
                                query.getQuestion().getName().toString().toLowerCase(Locale.ROOT),
                                Type.string(query.getQuestion().getType())));
        return script.replies(query, overTcp);
    }

    private void serveUdp() {
        try {
            while (true) {
                var packet = new DatagramPacket(new byte[4096], 4096);
                udp.receive(packet);
                var octets = Arrays.copyOf(packet.getData(), packet.getLength());
                for (var reply : replies(octets, false)) {
                    udp.send(new DatagramPacket(reply, reply.length, packet.getSocketAddress()));
                }
            }
        } catch (IOException e) {
            udp.close();
        }
    }

    private void serveTcp() {
        try {
            while (true) {
                var connection = tcp.accept();
                connections.add(connection);
                var in = new DataInputStream(connection.getInputStream());
                var octets = in.readNBytes(in.readUnsignedShort());
                var out = new DataOutputStream(connection.getOutputStream());
                for (var reply : replies(octets, true)) {
                    out.write(reply);
                }
            }
        } catch (IOException e) {
            close();
        }
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
