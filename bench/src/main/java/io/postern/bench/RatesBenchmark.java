package io.postern.bench;

import io.postern.gateway.config.Config;
import io.postern.gateway.config.ConfigReader;
import io.postern.gateway.events.Figures;
import io.postern.gateway.policy.Check;
import io.postern.gateway.policy.Opinion;
import io.postern.gateway.policy.Situation;
import io.postern.gateway.policy.Stage;
import io.postern.gateway.rates.Rates;
import io.postern.mail.Domain;
import io.postern.mail.Envelope;
import io.postern.mail.EnvelopeRecipient;
import io.postern.mail.ForwardPath;
import io.postern.mail.Mailbox;
import io.postern.mail.ReversePath;
import io.postern.smtp.server.SessionFacts;
import io.postern.store.StateEntry;
import io.postern.store.StateStore;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// What ten rates cost a message: asked at MAIL, at one RCPT and at the end of the content, by
/// clients of which none comes twice in a row.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class RatesBenchmark {
    private static final int CLIENTS = 1 << 14;

    private static final String[] RATES = {
        "client messages", "client recipients", "client octets", "network messages",
        "network recipients", "user messages", "user recipients", "reverse-path-domain messages",
        "forward-path-domain recipients", "forward-path-domain octets"
    };

    private final AtomicInteger next = new AtomicInteger();
    private final List<Situation[]> messages = new ArrayList<>();
    private Check check = _ -> Opinion.PASS;

    @Setup
    public void prepare() {
        var config = config();
        var rates =
                new Rates(
                        new Nowhere(), new Figures(), InstantSource.system(), System::nanoTime, 42);
        check = rates.use(config.rate());
        for (int i = 0; i < CLIENTS; i++) {
            messages.add(message(config, i));
        }
    }

    private static Config config() {
        var text =
                new StringBuilder(
                        """
                        hostname = "gw.example.com"
                        [[listener]]
                        role = "outbound"
                        address = "127.0.0.1:25"
                        [[domain]]
                        name = "example.com"
                        """);
        for (var rate : RATES) {
            var words = rate.split(" ", -1);
            text.append("[[rate]]\nname = \"")
                    .append(words[0])
                    .append('-')
                    .append(words[1])
                    .append("\"\nper = \"")
                    .append(words[0])
                    .append("\"\nwhat = \"")
                    .append(words[1])
                    .append("\"\nlimit = \"100000000000/1m\"\n");
        }
        return ConfigReader.parse(text.toString(), "bench", Path.of("."));
    }

    private static Situation[] message(Config config, int number) {
        var octets = new byte[] {10, (byte) (number >> 16), (byte) (number >> 8), (byte) number};
        InetAddress client;
        try {
            client = InetAddress.getByAddress(octets);
        } catch (java.net.UnknownHostException e) {
            throw new IllegalStateException(e);
        }
        var session =
                SessionFacts.accepted("s" + number, "bench", new InetSocketAddress(client, 4_000))
                        .authenticated("user" + number % 1_000, "PLAIN");
        var to =
                new EnvelopeRecipient(
                        new ForwardPath.Of(
                                new Mailbox("to", Domain.of("d" + number % 500 + ".example"))));
        var empty =
                Envelope.from(
                        new ReversePath.Of(
                                new Mailbox("from", Domain.of("s" + number % 500 + ".example"))));
        var listener = config.listener().getFirst();
        return new Situation[] {
            situation(Stage.MAIL, listener, session, empty, Optional.empty()),
            situation(Stage.RCPT, listener, session, empty, Optional.of(to)),
            situation(Stage.MESSAGE, listener, session, empty.with(to), Optional.empty())
        };
    }

    private static Situation situation(
            Stage stage,
            Config.Listener listener,
            SessionFacts session,
            Envelope envelope,
            Optional<EnvelopeRecipient> recipient) {
        return new Situation(
                stage,
                listener,
                session,
                Optional.of(envelope),
                recipient,
                OptionalLong.of(10_240),
                Optional.empty(),
                Situation.Counts.NONE);
    }

    @Benchmark
    public int tenRates() {
        int passed = 0;
        for (var situation : messages.get(next.getAndIncrement() & (CLIENTS - 1))) {
            passed += check.ask(situation).equals(Opinion.PASS) ? 1 : 0;
            check.settled(situation, false);
        }
        return passed;
    }

    /// Keeps nothing: writing behind is not what is measured.
    private static final class Nowhere implements StateStore {
        @Override
        public CompletableFuture<Void> putStates(String kind, Collection<StateEntry> entries) {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletableFuture<Void> removeStates(String kind, Collection<String> keys) {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public Optional<StateEntry> state(String kind, String key) {
            return Optional.empty();
        }

        @Override
        public List<StateEntry> states(String kind, String after, int limit) {
            return List.of();
        }

        @Override
        public int expireStates(Instant before, int limit) {
            return 0;
        }
    }
}
