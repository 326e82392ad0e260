package io.postern.gateway;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/// A client that says what it is told to, right or wrong, over a real socket, in clear or under
/// TLS.
final class Talk implements AutoCloseable {
    private Socket socket;
    private BufferedReader replies;

    /// Connects and reads the greeting.
    Talk(int port) throws IOException {
        this(connected(new InetSocketAddress(0), port));
        greeting = read();
    }

    private Talk(Socket connected) throws IOException {
        socket = connected;
        replies = reader(socket);
    }

    /// The same from an address of this machine, such as 127.0.0.2.
    static Talk from(String address, int port) throws IOException {
        var local = new InetSocketAddress(InetAddress.ofLiteral(address), 0);
        var talk = new Talk(connected(local, port));
        talk.greeting = talk.read();
        return talk;
    }

    /// Goes under TLS before the greeting is read. RFC 8314 §3.3.
    static Talk implicit(int port, SSLContext context, String host) throws IOException {
        var talk = new Talk(connected(new InetSocketAddress(0), port));
        talk.tls(context, host, "TLSv1.3");
        talk.greeting = talk.read();
        return talk;
    }

    private static Socket connected(InetSocketAddress local, int port) throws IOException {
        var socket = new Socket();
        socket.bind(local);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        socket.setSoTimeout(20_000);
        socket.setTcpNoDelay(true);
        return socket;
    }

    private static BufferedReader reader(Socket socket) throws IOException {
        return new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    }

    /// The greeting, or what came in its place.
    String greeting = "";

    /// Says EHLO, STARTTLS, and EHLO again under TLS; the reply to that, `closed` when the server
    /// went away.
    ///
    /// @param host asked for by SNI
    List<String> startTls(SSLContext context, String host, String protocol) throws IOException {
        say("EHLO client.example.org");
        var reply = say("STARTTLS");
        if (!reply.startsWith("220 ")) {
            throw new AssertionError(reply);
        }
        tls(context, host, protocol);
        return ask("EHLO client.example.org");
    }

    /// The same over TLS 1.3, for `gw.example.com`.
    List<String> startTls(SSLContext context) throws IOException {
        return startTls(context, "gw.example.com", "TLSv1.3");
    }

    private void tls(SSLContext context, String host, String protocol) throws IOException {
        var tls =
                (SSLSocket)
                        context.getSocketFactory()
                                .createSocket(socket, host, socket.getPort(), true);
        var parameters = tls.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(host)));
        parameters.setProtocols(new String[] {protocol});
        tls.setSSLParameters(parameters);
        socket = tls;
        tls.startHandshake();
        replies = reader(tls);
    }

    /// The TLS that the client is under.
    ExtendedSSLSession session() {
        return (ExtendedSSLSession) ((SSLSocket) socket).getSession();
    }

    /// Sends a line; the reply's last line.
    String say(String line) throws IOException {
        return ask(line).getLast();
    }

    /// Sends a line; all lines of the reply.
    List<String> ask(String line) throws IOException {
        send(line + "\r\n");
        return lines();
    }

    /// Sends a line; all lines of the reply.
    String all(String line) throws IOException {
        send(line + "\r\n");
        var said = new StringBuilder();
        while (true) {
            var next = replies.readLine();
            said.append(next).append('\n');
            if (next == null || next.length() < 4 || next.charAt(3) != '-') {
                return said.toString();
            }
        }
    }

    void send(String octets) throws IOException {
        socket.getOutputStream().write(octets.getBytes(StandardCharsets.UTF_8));
    }

    void octets(byte[] octets) throws IOException {
        socket.getOutputStream().write(octets);
    }

    /// The last line of the next reply; `closed` when there is none.
    String read() throws IOException {
        return lines().getLast();
    }

    private List<String> lines() throws IOException {
        var lines = new ArrayList<String>();
        while (true) {
            var line = replies.readLine();
            if (line == null) {
                lines.add("closed");
                return lines;
            }
            lines.add(line);
            if (line.length() < 4 || line.charAt(3) != '-') {
                return lines;
            }
        }
    }

    /// EHLO, MAIL, RCPT, DATA and a message; the reply to the last thing said.
    String deliver(String from, String to, String message) throws IOException {
        for (var line :
                new String[] {
                    "EHLO client.example.org", "MAIL FROM:<" + from + ">", "RCPT TO:<" + to + ">"
                }) {
            var reply = say(line);
            if (!reply.startsWith("2")) {
                return reply;
            }
        }
        var reply = say("DATA");
        if (!reply.startsWith("354")) {
            return reply;
        }
        send(message.replace("\n", "\r\n") + ".\r\n");
        return read();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
