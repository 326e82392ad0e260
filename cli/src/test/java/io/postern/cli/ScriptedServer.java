package io.postern.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// An SMTP server for one session: answers by the first word of each command, and remembers what it
/// was told.
final class ScriptedServer implements AutoCloseable {
    private static final Map<String, String> USUAL =
            Map.of(
                    "EHLO",
                            "250-gw.example.com\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-DSN\r\n250 ENHANCEDSTATUSCODES",
                    "MAIL", "250 2.1.0 ok",
                    "RCPT", "250 2.1.5 ok",
                    "DATA", "354 go on",
                    ".", "250 2.0.0 kept",
                    "QUIT", "221 2.0.0 bye",
                    "RSET", "250 2.0.0 ok");

    private final ServerSocket socket;
    private final Thread thread;
    private final Map<String, String> answers;
    private final List<String> heard = new ArrayList<>();

    /// @param answers instead of the usual ones, by command, or by command and argument
    ScriptedServer(Map<String, String> answers) throws IOException {
        this.answers = answers;
        socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        thread = Thread.ofVirtual().start(this::session);
    }

    String address() {
        return "127.0.0.1:" + socket.getLocalPort();
    }

    /// Commands and content, in order, once the session is over.
    List<String> heard() throws InterruptedException {
        thread.join();
        return heard;
    }

    private void session() {
        try (var client = socket.accept();
                var in =
                        new BufferedReader(
                                new InputStreamReader(
                                        client.getInputStream(), StandardCharsets.UTF_8))) {
            var out = client.getOutputStream();
            out.write("220 gw.example.com ESMTP\r\n".getBytes(StandardCharsets.US_ASCII));
            boolean content = false;
            for (var line = in.readLine(); line != null; line = in.readLine()) {
                heard.add(line);
                if (content && !line.equals(".")) {
                    continue;
                }
                var answer = answer(line);
                content = answer.startsWith("354");
                out.write((answer + "\r\n").getBytes(StandardCharsets.US_ASCII));
                out.flush();
            }
        } catch (IOException _) {
            // The client has gone, and what it said is remembered.
        }
    }

    private String answer(String line) {
        var word = line.split("[ :]", 2)[0];
        return answers.getOrDefault(
                line, answers.getOrDefault(word, USUAL.getOrDefault(word, "500 5.5.1 what?")));
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
