package io.postern.gateway;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// An SMTP server of 1995: it has the extensions that it is given, and so not 8BITMIME.
final class PlainHost implements AutoCloseable {
    private final List<String> extensions;
    private final ServerSocket socket;
    private final BlockingQueue<String> contents = new LinkedBlockingQueue<>();
    private final Semaphore quits = new Semaphore(0);

    PlainHost(String... extensions) throws IOException {
        this.extensions = List.of(extensions);
        socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return socket.getLocalPort();
    }

    /// The next content, waiting up to ten seconds.
    String next() throws InterruptedException {
        var content = contents.poll(10, TimeUnit.SECONDS);
        if (content == null) {
            throw new AssertionError("no message arrived within ten seconds");
        }
        return content;
    }

    boolean empty() {
        return contents.isEmpty();
    }

    /// Waits until a client has said QUIT.
    void awaitQuit() throws InterruptedException {
        if (!quits.tryAcquire(10, TimeUnit.SECONDS)) {
            throw new AssertionError("nobody said QUIT within ten seconds");
        }
    }

    private void accept() {
        try {
            while (true) {
                var client = socket.accept();
                Thread.ofVirtual().start(() -> serve(client));
            }
        } catch (IOException _) {
            // closed
        }
    }

    private void serve(Socket client) {
        try (client) {
            var in =
                    new BufferedReader(
                            new InputStreamReader(
                                    client.getInputStream(), StandardCharsets.ISO_8859_1));
            say(client, "220 plain.example.com SMTP");
            for (var line = in.readLine(); line != null; line = in.readLine()) {
                if (line.startsWith("EHLO")) {
                    say(client, "250-plain.example.com");
                    for (var extension : extensions) {
                        say(client, "250-" + extension);
                    }
                    say(client, "250 HELP");
                } else if (line.equals("DATA")) {
                    say(client, "354 go on");
                    contents.add(content(in));
                    say(client, "250 taken");
                } else if (line.equals("QUIT")) {
                    quits.release();
                    say(client, "221 bye");
                } else {
                    say(client, "250 ok");
                }
            }
        } catch (IOException _) {
            // the client is gone
        }
    }

    private static String content(BufferedReader in) throws IOException {
        var content = new StringBuilder();
        for (var line = in.readLine(); line != null && !line.equals("."); line = in.readLine()) {
            content.append(line.startsWith(".") ? line.substring(1) : line).append("\r\n");
        }
        return content.toString();
    }

    private static void say(Socket client, String line) throws IOException {
        client.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
