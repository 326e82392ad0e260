package io.postern.bench;

import io.postern.gateway.config.ConfigReader;
import io.postern.gateway.recipients.Found;
import io.postern.gateway.recipients.OwnRecipients;
import io.postern.gateway.recipients.PushedLists;
import io.postern.mail.Domain;
import io.postern.mail.Mailbox;
import io.postern.smtp.client.ClientSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.LongAdder;

/// What a list of recipients takes of memory and time: bench/recipients.
///
/// For each kind of list: seconds to read it, heap that it holds after a full collection, and
/// look-ups a second (half of them of unknown addresses, through the same door as at RCPT).
public final class RecipientsBench {
    private static final Domain DOMAIN = Domain.of("example.com");
    private static final Duration ROUND = Duration.ofSeconds(3);

    private final Path folder;
    private final int size;

    private RecipientsBench(Path folder, int size) {
        this.folder = folder;
        this.size = size;
    }

    /// Measures once.
    ///
    /// @param args the folder for its files, and the number of addresses
    public static void main(String[] args) throws IOException, InterruptedException {
        new RecipientsBench(Path.of(args[0]), Integer.parseInt(args[1])).run();
    }

    private static String address(long number) {
        return "user." + number + "@example.com";
    }

    private void run() throws IOException, InterruptedException {
        var users = folder.resolve("users");
        try (var out = Files.newBufferedWriter(users)) {
            for (int i = 0; i < size; i++) {
                out.write(address(i));
                out.write('\n');
            }
        }
        System.out.printf("%,d recipients, a file of %,d octets%n", size, Files.size(users));
        System.out.printf(
                "%-8s %9s %10s %14s %14s%n", "list", "read", "heap", "1 thread", "2 threads");
        measure("file", "file = \"users\"");
        hash(users);
        measure("pushed", "pushed = {}");
    }

    private void hash(Path users) throws IOException {
        var lists = Files.createDirectories(folder.resolve("data/recipients"));
        try (var in = Files.newInputStream(users);
                var out = Files.newOutputStream(lists.resolve("default.list"))) {
            PushedLists.hash(
                    in, Set.of(), InstantSource.system().instant(), new SecureRandom(), out);
        }
    }

    private void measure(String name, String source) throws InterruptedException {
        var config =
                ConfigReader.parse(
                        """
                        hostname = "gw.example.com"
                        [[listener]]
                        role = "inbound"
                        address = "127.0.0.1:0"
                        [[domain]]
                        name = "example.com"
                        deliver_to = ["127.0.0.1:1"]
                        recipients = { separator = "+", %s }
                        """
                                .formatted(source),
                        "bench",
                        folder);
        var means =
                new OwnRecipients.Means(
                        InstantSource.system(),
                        new SecureRandom(),
                        _ -> _ -> ClientSettings.plain(config.hostname()));
        long before = heap();
        long begin = System.nanoTime();
        try (var recipients = new OwnRecipients(config, means)) {
            double read = (System.nanoTime() - begin) / 1e9;
            long held = heap() - before;
            rate(recipients, 1); // warms up
            System.out.printf(
                    "%-8s %7.2f s %6.1f MiB %,10d /s %,10d /s%n",
                    name, read, held / 1048576.0, rate(recipients, 1), rate(recipients, 2));
        }
    }

    /// After as many collections as it takes to come to rest.
    private static long heap() {
        long last = Long.MAX_VALUE;
        for (int i = 0; i < 10; i++) {
            System.gc();
            long now = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
            if (now >= last) {
                return last;
            }
            last = now;
        }
        return last;
    }

    private long rate(OwnRecipients recipients, int threads) throws InterruptedException {
        var looked = new LongAdder();
        var wrong = new LongAdder();
        var done = new CountDownLatch(threads);
        long begin = System.nanoTime();
        for (int t = 0; t < threads; t++) {
            int seed = t;
            Thread.ofPlatform()
                    .start(() -> {
                        long at = seed;
                        long count = 0;
                        while (System.nanoTime() - begin < ROUND.toNanos()) {
                            // Every second one is beyond the list's end.
                            at = (at + 7_919) % (2L * size);
                            var found = recipients.look(new Mailbox("User." + at, DOMAIN));
                            if (found instanceof Found.Known != at < size) {
                                wrong.increment();
                            }
                            count++;
                        }
                        looked.add(count);
                        done.countDown();
                    });
        }
        done.await();
        double seconds = (System.nanoTime() - begin) / 1e9;
        if (wrong.sum() > 0) {
            throw new IllegalStateException(wrong.sum() + " wrong answers");
        }
        return Math.round(looked.sum() / seconds);
    }
}
