package io.postern.gateway;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/// A client that says what it is told to, right or wrong, over a real socket.
final class Talk implements AutoCloseable {
    private final Socket socket;
    private final BufferedReader replies;

    /// Connects and reads the greeting.
    Talk(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(20_000);
        socket.setTcpNoDelay(true);
        replies =
                new BufferedReader(
                        new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        greeting = read();
    }

    /// The greeting, or what came in its place.
    final String greeting;

    /// Sends a line; the reply's last line.
    String say(String line) throws IOException {
        send(line + "\r\n");
        return read();
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

    /// The last line of the next reply; `closed` when there is none.
    String read() throws IOException {
        while (true) {
            var line = replies.readLine();
            if (line == null) {
                return "closed";
            }
            if (line.length() < 4 || line.charAt(3) != '-') {
                return line;
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
