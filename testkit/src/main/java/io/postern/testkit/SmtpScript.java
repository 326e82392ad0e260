package io.postern.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;

/// An SMTP session as data, played by the client's side against a real server.
///
/// A script is lines; `#` begins a comment at the start of a line or after two spaces:
///
/// - `C: text` sends the text and CRLF. `C-BYTES: text` sends the text alone.
/// - `S: pattern` reads one whole reply, of which the last line must match; it may stand on the
///   line of a `C:`, after two spaces. In a pattern `*` is any text.
/// - `S+: pattern` some line of the reply last read matches, `S!: pattern` none does.
/// - `S: (close)` the server has closed, and sent nothing before.
/// - `TLS` shakes hands. `HALF-CLOSE` ends what we send.
///
/// In what is sent `\r`, `\n`, `\t`, `\\`, `\s` (a space), `\xNN` (an octet) are read so, and
/// `${COUNT*TEXT}` is the text so many times. All else goes as UTF-8.
///
/// Unless a script begins with `S:`, the greeting and `EHLO client.example` are played first.
public final class SmtpScript {
    private static final int PATIENCE = 20_000; // ms; a server that hangs fails the script
    private static final Pattern COUNTED = Pattern.compile("\\$\\{([0-9]+)\\*([^}]*)}");
    private static final Pattern REPLY_SIDE = Pattern.compile("\\s{2,}S: ");
    private static final Pattern COMMENT = Pattern.compile("(^|\\s{2,})#.*");

    private final String name;
    private final List<Step> steps;

    private SmtpScript(String name, List<Step> steps) {
        this.name = name;
        this.steps = List.copyOf(steps);
    }

    private sealed interface Step {
        int line();

        record Send(int line, String escaped) implements Step {}

        record Expect(int line, String pattern) implements Step {}

        record Some(int line, String pattern) implements Step {}

        record None(int line, String pattern) implements Step {}

        record Close(int line) implements Step {}

        record Tls(int line) implements Step {}

        record HalfClose(int line) implements Step {}
    }

    /// The script in this file.
    public static SmtpScript load(Path file) {
        try {
            return parse(String.valueOf(file.getFileName()), Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The script that this text is.
    ///
    /// @throws IllegalArgumentException when a line is none of a script
    public static SmtpScript parse(String name, String text) {
        var steps = new ArrayList<Step>();
        int number = 0;
        for (var line : text.split("\n", -1)) {
            number++;
            var rest = COMMENT.matcher(line).replaceFirst("").strip();
            if (!rest.isEmpty()) {
                parseLine(number, rest, steps);
            }
        }
        if (!steps.isEmpty() && !(steps.getFirst() instanceof Step.Expect)) {
            steps.addFirst(new Step.Expect(0, "250 *"));
            steps.addFirst(new Step.Send(0, "EHLO client.example\\r\\n"));
            steps.addFirst(new Step.Expect(0, "220 *"));
        }
        return new SmtpScript(name, steps);
    }

    private static void parseLine(int number, String line, List<Step> steps) {
        if (line.equals("TLS")) {
            steps.add(new Step.Tls(number));
        } else if (line.equals("HALF-CLOSE")) {
            steps.add(new Step.HalfClose(number));
        } else if (line.startsWith("S: ")) {
            var pattern = line.substring(3).strip();
            steps.add(
                    pattern.equals("(close)")
                            ? new Step.Close(number)
                            : new Step.Expect(number, pattern));
        } else if (line.startsWith("S+: ")) {
            steps.add(new Step.Some(number, line.substring(4).strip()));
        } else if (line.startsWith("S!: ")) {
            steps.add(new Step.None(number, line.substring(4).strip()));
        } else if (line.startsWith("C:") || line.startsWith("C-BYTES:")) {
            parseSend(number, line, steps);
        } else {
            throw new IllegalArgumentException("line " + number + " is none of a script: " + line);
        }
    }

    private static void parseSend(int number, String line, List<Step> steps) {
        var split = REPLY_SIDE.matcher(line);
        boolean replySide = split.find();
        var sent = replySide ? line.substring(0, split.start()) : line;
        var text = sent.substring(sent.indexOf(':') + 1).strip();
        var ending = sent.startsWith("C-BYTES:") ? "" : "\\r\\n";
        steps.add(new Step.Send(number, text + ending));
        if (replySide) {
            parseLine(number, "S: " + line.substring(split.end()), steps);
        }
    }

    private static byte[] octets(String text) {
        var expanded =
                COUNTED.matcher(text)
                        .replaceAll(match ->
                                java.util.regex.Matcher.quoteReplacement(
                                        match.group(2).repeat(Integer.parseInt(match.group(1)))));
        var out = new ByteArrayOutputStream();
        int at = 0;
        while (at < expanded.length()) {
            int escape = expanded.indexOf('\\', at);
            int end = escape < 0 ? expanded.length() : escape;
            out.writeBytes(expanded.substring(at, end).getBytes(StandardCharsets.UTF_8));
            at = escape < 0 ? end : end + escape(expanded, end + 1, out);
        }
        return out.toByteArray();
    }

    /// Writes what the escape means; gives its length with the backslash.
    private static int escape(String text, int at, ByteArrayOutputStream out) {
        switch (at < text.length() ? text.charAt(at) : ' ') {
            case 'r' -> out.write('\r');
            case 'n' -> out.write('\n');
            case 't' -> out.write('\t');
            case 's' -> out.write(' ');
            case '\\' -> out.write('\\');
            case 'x' -> {
                out.write(Integer.parseInt(text.substring(at + 1, at + 3), 16));
                return 4;
            }
            default -> throw new IllegalArgumentException("not an escape in: " + text);
        }
        return 2;
    }

    /// Plays it against a server.
    ///
    /// @throws AssertionError with the line and the dialogue so far, when the server says another
    ///   thing
    public void run(InetSocketAddress server) {
        run(server, Optional.empty());
    }

    /// Plays it against a server.
    ///
    /// @param tls for the line `TLS`
    /// @throws AssertionError with the line and the dialogue so far, when the server says another
    ///   thing
    public void run(InetSocketAddress server, Optional<SSLContext> tls) {
        try (var socket = new Socket(server.getAddress(), server.getPort())) {
            socket.setSoTimeout(PATIENCE);
            socket.setTcpNoDelay(true);
            var play = new Play(socket.getInputStream(), socket.getOutputStream());
            play.socket = Optional.of(socket);
            play.tls = tls;
            play.all();
        } catch (IOException e) {
            throw new AssertionError(name + ": " + e.getMessage(), e);
        }
    }

    /// Plays it over a pair of streams.
    ///
    /// @throws AssertionError with the line and the dialogue so far, when the server says another
    ///   thing
    public void run(InputStream fromServer, OutputStream toServer) {
        new Play(fromServer, toServer).all();
    }

    /// One performance.
    private final class Play {
        private final StringBuilder dialogue = new StringBuilder();
        private InputStream in;
        private OutputStream out;
        private Optional<Socket> socket = Optional.empty();
        private Optional<SSLContext> tls = Optional.empty();
        private List<String> reply = List.of();

        Play(InputStream in, OutputStream out) {
            this.in = in;
            this.out = out;
        }

        void all() {
            for (var step : steps) {
                try {
                    play(step);
                } catch (IOException e) {
                    throw failed(step, e.toString());
                }
            }
        }

        private void play(Step step) throws IOException {
            switch (step) {
                case Step.Send(_, var escaped) -> {
                    dialogue.append("C: ").append(escaped).append('\n');
                    out.write(octets(escaped));
                    out.flush();
                }
                case Step.Expect(_, var pattern) -> {
                    reply = readReply(step);
                    if (!matches(pattern, reply.getLast())) {
                        throw failed(step, "expected " + pattern);
                    }
                }
                case Step.Some(_, var pattern) -> {
                    if (reply.stream().noneMatch(line -> matches(pattern, line))) {
                        throw failed(step, "no line is " + pattern);
                    }
                }
                case Step.None(_, var pattern) -> {
                    if (reply.stream().anyMatch(line -> matches(pattern, line))) {
                        throw failed(step, "a line is " + pattern);
                    }
                }
                case Step.Close _ -> expectClose(step);
                case Step.Tls _ -> shakeHands(step);
                case Step.HalfClose _ -> socket.orElseThrow().shutdownOutput();
            }
        }

        private void shakeHands(Step step) throws IOException {
            var context = tls.orElseThrow(() -> failed(step, "no TLS context for the script"));
            var plain = socket.orElseThrow();
            var host = plain.getInetAddress().getHostAddress();
            var over = context.getSocketFactory().createSocket(plain, host, plain.getPort(), true);
            over.setSoTimeout(PATIENCE);
            in = over.getInputStream();
            out = over.getOutputStream();
            socket = Optional.of(over);
        }

        private void expectClose(Step step) throws IOException {
            int octet;
            try {
                octet = in.read();
            } catch (java.net.SocketException _) {
                return; // reset: closed too
            }
            if (octet >= 0) {
                dialogue.append("S: ").append((char) octet).append("...\n");
                throw failed(step, "expected the server to close");
            }
        }

        private List<String> readReply(Step step) throws IOException {
            var lines = new ArrayList<String>();
            while (true) {
                var line = readLine(step);
                dialogue.append("S: ").append(line).append('\n');
                lines.add(line);
                if (line.length() < 4 || line.charAt(3) != '-') {
                    return lines;
                }
            }
        }

        private String readLine(Step step) throws IOException {
            var line = new ByteArrayOutputStream();
            int octet;
            while ((octet = in.read()) != '\n') {
                if (octet < 0) {
                    throw failed(step, "the server closed");
                }
                line.write(octet);
            }
            var text = line.toString(StandardCharsets.UTF_8);
            if (!text.endsWith("\r")) {
                throw failed(step, "a reply line without CR");
            }
            return text.substring(0, text.length() - 1);
        }

        private AssertionError failed(Step step, String why) {
            return new AssertionError(name + " line " + step.line() + ": " + why + "\n" + dialogue);
        }
    }

    private static boolean matches(String pattern, String line) {
        var regex = new StringBuilder();
        for (var literal : pattern.split("\\*", -1)) {
            regex.append(regex.isEmpty() ? "" : ".*").append(Pattern.quote(literal));
        }
        return Pattern.matches(regex.toString(), line);
    }
}
