package io.postern.gateway.signing;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.keys.DkimRecord;
import io.postern.keys.life.Publisher;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Publishes by a program of the operator's, in a process of its own with a deadline. It sees
/// nothing of ours but the record: of the environment only `PATH`, no open file.
final class HookPublisher implements Publisher {
    /// Of what the program says when it fails.
    private static final int MOST_WORDS = 2000;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<String> command;
    private final Duration ttl;
    private final Duration deadline;

    HookPublisher(List<String> command, Duration ttl, Duration deadline) {
        this.command = command;
        this.ttl = ttl;
        this.deadline = deadline;
    }

    @Override
    public Published publish(Change change) {
        try {
            return run(JSON.writeValueAsBytes(document(change)));
        } catch (IOException e) {
            return new Published.Failed(
                    command.getFirst()
                            + " can't be run: "
                            + e.getMessage()
                            + ". Is the path right?");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Published.Failed("the gateway stops");
        }
    }

    private Map<String, Object> document(Change change) {
        var document = new LinkedHashMap<String, Object>();
        document.put("action", change.text().isPresent() ? "publish" : "remove");
        document.put("domain", change.key().domain().name());
        document.put("selector", change.key().selector());
        document.put("name", change.name());
        change.text()
                .ifPresent(text -> {
                    document.put("text", text);
                    document.put("strings", DkimRecord.strings(text));
                });
        document.put("ttl", ttl.toSeconds());
        return document;
    }

    private Published run(byte[] input) throws IOException, InterruptedException {
        var builder = new ProcessBuilder(command).directory(new File("/"));
        var path = builder.environment().get("PATH");
        builder.environment().clear();
        if (path != null) {
            builder.environment().put("PATH", path);
        }
        builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
        var process = builder.start();
        var words = new StringBuilder();
        var reader = Thread.ofVirtual().start(() -> read(process.getErrorStream(), words));
        // Beside us: a program that does not read must not hold us longer than its deadline.
        var writer = Thread.ofVirtual().start(() -> write(process, input));
        try {
            if (!process.waitFor(deadline.toMillis(), TimeUnit.MILLISECONDS)) {
                return new Published.Failed(
                        "%s did not end within %d s and was killed"
                                .formatted(command.getFirst(), deadline.toSeconds()));
            }
            writer.join();
            reader.join(Duration.ofSeconds(1));
            return process.exitValue() == 0
                    ? new Published.Done()
                    : new Published.Failed(
                            "%s ended with %d: %s"
                                    .formatted(
                                            command.getFirst(), process.exitValue(), said(words)));
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private static void write(Process process, byte[] input) {
        try (var out = process.getOutputStream()) {
            out.write(input);
        } catch (IOException _) {
            // It does not want to know; its exit code says what it did.
        }
    }

    private static void read(InputStream in, StringBuilder words) {
        var buffer = new byte[1024];
        try (in) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                synchronized (words) {
                    if (words.length() < MOST_WORDS) {
                        words.append(new String(buffer, 0, n, StandardCharsets.UTF_8));
                    }
                }
            }
        } catch (IOException _) {
            // It was killed.
        }
    }

    private static String said(StringBuilder words) {
        synchronized (words) {
            var text = words.toString().replaceAll("\\p{Cntrl}+", " ").strip();
            return text.isEmpty()
                    ? "it said nothing on standard error"
                    : text.substring(0, Math.min(text.length(), MOST_WORDS));
        }
    }
}
