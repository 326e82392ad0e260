package io.postern.dns;

import java.io.EOFException;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/// One question to one server, one socket each, closed when the call ends. The thread blocks, at
/// most until the given time of `System.nanoTime()`.
final class Transport {
    /// Larger than the 1232 octets that we offer (DNS flag day 2020); what is longer is cut and
    /// then does not parse.
    private static final int DATAGRAM = 4096;

    private Transport() {}

    /// Over UDP. Datagrams with another id or question are late, or forged (RFC 5452 §9.1): waits
    /// on.
    static byte[] udp(InetSocketAddress server, byte[] query, long until) throws IOException {
        try (var socket = new DatagramSocket()) {
            // A connected socket takes datagrams of that server only, and hears of closed ports.
            socket.connect(server);
            socket.send(new DatagramPacket(query, query.length));
            var packet = new DatagramPacket(new byte[DATAGRAM], DATAGRAM);
            while (true) {
                socket.setSoTimeout(millisUntil(until));
                packet.setLength(DATAGRAM);
                socket.receive(packet);
                var octets = Arrays.copyOf(packet.getData(), packet.getLength());
                if (isReplyTo(query, octets)) {
                    return octets;
                }
            }
        } catch (PortUnreachableException e) {
            throw new IOException("no DNS server there", e); // which the JDK gives no words
        }
    }

    /// Over TCP. RFC 7766 §8: two octets of length before each message.
    static byte[] tcp(InetSocketAddress server, byte[] query, long until) throws IOException {
        try (var socket = new Socket()) {
            socket.connect(server, millisUntil(until));
            var framed = new byte[query.length + 2];
            framed[0] = (byte) (query.length >> 8);
            framed[1] = (byte) query.length;
            System.arraycopy(query, 0, framed, 2, query.length);
            socket.getOutputStream().write(framed);
            var length = read(socket, 2, until);
            var octets = read(socket, ((length[0] & 0xff) << 8) | (length[1] & 0xff), until);
            if (!isReplyTo(query, octets)) {
                throw new IOException("the reply over TCP is to another question");
            }
            return octets;
        }
    }

    /// Whether this machine knows a way to an address: without IPv6 it does not to an IPv6 one.
    /// Sends nothing.
    static boolean hasRoute(InetSocketAddress server) {
        try (var socket = new DatagramSocket()) {
            socket.connect(server);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static byte[] read(Socket socket, int length, long until) throws IOException {
        var octets = new byte[length];
        for (int have = 0; have < length; ) {
            // Anew for each piece: a server that dribbles must not outlast the deadline.
            socket.setSoTimeout(millisUntil(until));
            int count = socket.getInputStream().read(octets, have, length - have);
            if (count < 0) {
                throw new EOFException("the connection was closed in the middle of the reply");
            }
            have += count;
        }
        return octets;
    }

    /// The id is the query's, QR is set, and the question is the same if there is one. Its case is
    /// not looked at here.
    private static boolean isReplyTo(byte[] query, byte[] octets) {
        return octets.length >= 12
                && octets[0] == query[0]
                && octets[1] == query[1]
                && (octets[2] & 0x80) != 0
                && (Question.isAbsent(octets) || Question.isSame(query, octets));
    }

    private static int millisUntil(long until) throws SocketTimeoutException {
        long left = until - System.nanoTime();
        if (left <= 0) {
            throw new SocketTimeoutException("no answer in time");
        }
        return Math.clamp(TimeUnit.NANOSECONDS.toMillis(left), 1, Integer.MAX_VALUE);
    }
}
