package io.postern.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Lines of standard input, waited for no longer than asked. It reads only when it is asked: what a
/// command asks at the terminal meanwhile is the command's.
final class KmLineReader implements KmSession.Lines {
    private static final int LONGEST = 10_000;

    private final BufferedReader reader;

    KmLineReader(Io io) {
        reader = new BufferedReader(new InputStreamReader(io.in(), StandardCharsets.UTF_8));
    }

    @Override
    public KmSession.Next next(Duration atMost) {
        var line = new CompletableFuture<KmSession.Next>();
        // A thread of its own: who waits for a line can't be told to stop. It ends with the
        // process.
        Thread.ofVirtual()
                .start(() -> {
                    try {
                        line.complete(read());
                    } catch (IOException | Failure e) {
                        line.completeExceptionally(e);
                    }
                });
        try {
            return line.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return new KmSession.Next.Late();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new KmSession.Next.End();
        } catch (ExecutionException e) {
            throw new Failure("standard input can't be read: " + e.getCause(), e);
        }
    }

    private KmSession.Next read() throws IOException {
        var text = new StringBuilder();
        for (int c = reader.read(); c != '\n'; c = reader.read()) {
            if (c < 0) {
                return text.isEmpty()
                        ? new KmSession.Next.End()
                        : new KmSession.Next.Line(text.toString());
            }
            if (text.length() == LONGEST) {
                throw Failure.of("a line is too long", "type shorter commands");
            }
            text.append((char) c);
        }
        return new KmSession.Next.Line(text.toString());
    }
}
