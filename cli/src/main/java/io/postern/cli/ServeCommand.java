package io.postern.cli;

import io.postern.admin.ControlServer;
import io.postern.admin.Desks;
import io.postern.admin.HealthView;
import io.postern.admin.LocalOperations;
import io.postern.admin.MetricsServer;
import io.postern.admin.Operations;
import io.postern.admin.Reloaded;
import io.postern.gateway.Gateway;
import io.postern.gateway.config.Config;
import io.postern.gateway.config.ConfigException;
import io.postern.gateway.config.ConfigReader;
import io.postern.gateway.config.Sandbox;
import io.postern.gateway.events.MailLog;
import io.postern.gateway.signing.KeyDesk;
import io.postern.keys.CryptoProviders;
import io.postern.keys.DkimKeys;
import io.postern.keys.KeyType;
import io.postern.keys.Outcome;
import io.postern.mail.Domain;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "serve",
        description = {
            "Runs the gateway, until SIGTERM or Ctrl-C: then it ends what is under way, and stops.",
            "",
            "Without --config it is the sandbox: keys for example.com are made, and outbound mail is put into a "
                    + "folder instead of leaving. One line on standard output says `ready` when every listener is "
                    + "open. The log goes to standard error; POSTERN_LOG=debug shows more of it. SIGHUP, like "
                    + "`postern reload`, reads the configuration again."
        },
        footer = {
            "",
            "Examples:",
            "  postern serve",
            "  postern serve --config /etc/postern/postern.toml"
        })
final class ServeCommand extends Common implements Runnable {
    /// More than what the gateway's own bounds add up to; past it something hangs.
    private static final Duration LONGEST_STOP = Duration.ofSeconds(40);

    private final Io io;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "The configuration; none for the sandbox.")
    Optional<Path> config = Optional.empty();

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "The sandbox's data folder (default: ./data).")
    Optional<Path> data = Optional.empty();

    ServeCommand(Io io) {
        this.io = io;
    }

    @Override
    public void run() {
        Logging.forService();
        var running = start();
        var stopped = new CountDownLatch(1);
        Hangup.handle(() -> {
            try {
                running.reload();
            } catch (ConfigException _) {
                // Said in the log; what was in force stays so.
            }
        });
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(
                                () -> {
                                    haltWhenStuck(stopped);
                                    running.close();
                                    stopped.countDown();
                                },
                                "stop"));
        while (stopped.getCount() > 0) {
            try {
                stopped.await();
            } catch (InterruptedException _) {
                // Only the hook ends this.
            }
        }
    }

    private static void haltWhenStuck(CountDownLatch stopped) {
        Thread.ofPlatform()
                .daemon()
                .name("stop-guard")
                .start(() -> {
                    try {
                        if (!stopped.await(LONGEST_STOP.toMillis(), TimeUnit.MILLISECONDS)) {
                            Runtime.getRuntime().halt(Failure.NOT);
                        }
                    } catch (InterruptedException _) {
                        Thread.currentThread().interrupt();
                    }
                });
    }

    /// Everything open, and said so.
    Running start() {
        if (config.isPresent() && data.isPresent()) {
            throw Failure.usage("--data is for the sandbox; " + config.get() + " names its own");
        }
        // Its library takes a quarter of a second to load, and a long configuration as much to
        // read.
        var _ = Thread.ofPlatform().daemon().name("crypto").start(CryptoProviders::install);
        var settings =
                config.map(file -> ConfigReader.read(io.file(file)))
                        .orElseGet(() -> Sandbox.config(io.file(data.orElse(DataOptions.DEFAULT))));
        var running = new Running();
        try {
            running.open(settings);
        } catch (RuntimeException e) {
            running.close();
            throw e;
        }
        return running;
    }

    /// The gateway and what listens beside it, closed in the reverse order.
    final class Running implements AutoCloseable {
        private static final Logger LOG = LoggerFactory.getLogger(ServeCommand.class);

        private final Deque<AutoCloseable> parts = new ArrayDeque<>();
        private @Nullable Gateway gateway;
        private @Nullable KmService km;

        private void open(Config settings) {
            var crypto = CryptoProviders.install();
            if (!crypto.accelerated()) {
                LOG.warn("signatures are made by {}: {}", crypto.name(), crypto.reason());
            }
            var gateway = Gateway.open(settings, io.clock());
            this.gateway = gateway;
            parts.push(gateway);
            if (config.isEmpty()) {
                sandboxKeys(gateway.keys(), settings.dkim().bits());
                gateway.keeping().attend(Domain.of(Sandbox.DOMAIN));
            }
            var operations = operations(gateway);
            parts.push(ControlServer.start(settings.data(), operations));
            settings.metrics()
                    .address()
                    .ifPresent(address ->
                            parts.push(
                                    MetricsServer.start(
                                            address.toSocketAddress(),
                                            gateway.figures()::scrape,
                                            () -> health(operations))));
            if (settings.km().enabled()) {
                var service = KmService.open(settings, gateway, io.clock());
                parts.push(service);
                km = service;
            }
            try {
                gateway.start();
            } catch (IOException e) {
                throw new Failure(String.valueOf(e.getMessage()), e);
            }
            if (config.isEmpty()) {
                welcome(gateway);
            }
            io.line("ready: " + listeners(settings));
            io.out().flush();
        }

        /// The gateway itself.
        Gateway gateway() {
            return Objects.requireNonNull(gateway, "not open");
        }

        /// What is published of a vault; there is one when the configuration asks for it.
        KmService km() {
            return Objects.requireNonNull(km, "no [km]");
        }

        private Operations operations(Gateway gateway) {
            return new LocalOperations(
                    gateway.store(),
                    () -> new KeyDesk(gateway.keys(), Optional.of(gateway.keeping())),
                    io.clock(),
                    new LocalOperations.Surroundings(
                            true,
                            gateway::beforeQueueChange,
                            gateway::afterQueueChange,
                            () -> SettingsView.of(gateway.config(), config.map(io::file)),
                            this::reload,
                            gateway::recipients,
                            gateway::users,
                            this::warnings,
                            () -> {}),
                    new Desks(
                            gateway.counting().rates(),
                            gateway.counting().guard(),
                            gateway.dmarc().received(),
                            gateway.seen()));
        }

        private List<String> warnings() {
            var service = km;
            return service == null ? List.of() : service.warnings();
        }

        /// Reads the file again. Says in the log how it went, whoever asked.
        private Reloaded reload() {
            if (config.isEmpty()) {
                throw new ConfigException(
                        "the sandbox has no configuration file; name one with `serve --config`");
            }
            var file = io.file(config.get());
            try {
                var changed = gateway().reload(ConfigReader.read(file));
                MailLog.event("reloaded", "file", file, "changed", String.join(",", changed));
                return new Reloaded(file.toString(), changed);
            } catch (ConfigException e) {
                MailLog.event(
                        "reload_refused", "file", file, "why", String.valueOf(e.getMessage()));
                LOG.warn("the configuration in force stays: {}", e.getMessage());
                throw e;
            }
        }

        private static HealthView health(Operations operations) {
            return operations.health();
        }

        /// Stops everything; what can't be stopped does not keep the rest from it. Idempotent.
        @Override
        public void close() {
            while (!parts.isEmpty()) {
                try {
                    parts.pop().close();
                } catch (Exception e) {
                    LOG.error("a part did not stop cleanly", e);
                }
            }
        }
    }

    private static void sandboxKeys(DkimKeys keys, int bits) {
        if (!keys.signingKeys(Domain.of(Sandbox.DOMAIN)).isEmpty()) {
            return;
        }
        var made =
                keys.create(
                        new DkimKeys.Wish(
                                Sandbox.DOMAIN,
                                EnumSet.allOf(KeyType.class),
                                Optional.empty(),
                                bits,
                                "made for the sandbox"));
        switch (made) {
            case Outcome.Done<?> _ -> {}
            case Outcome.Refused<?>(var why) -> throw Failure.of(why, "");
        }
    }

    private static String listeners(Config settings) {
        var all = new ArrayList<String>();
        for (var listener : settings.listener()) {
            all.add(
                    listener.role().name().toLowerCase(java.util.Locale.ROOT)
                            + " "
                            + listener.address());
        }
        settings.km().http().ifPresent(address -> all.add("km http " + address));
        settings.km().ldap().ifPresent(address -> all.add("km ldap " + address));
        settings.km().ldaps().ifPresent(address -> all.add("km ldaps " + address));
        return String.join(", ", all);
    }

    private void welcome(Gateway gateway) {
        var settings = gateway.config();
        var address = settings.listener().getFirst().address();
        var captured = shown(settings.outbound().capture().orElse(settings.data()).resolve("new"));
        var selectors =
                String.join(
                        ", ", gateway.keys().list().stream().map(key -> key.selector()).toList());
        var named = data.map(folder -> " --data " + folder).orElse("");
        io.line("The sandbox: mail is signed and kept in a folder, nothing leaves this machine.");
        io.line("  takes mail on  " + address);
        io.line("  signs for      " + Sandbox.DOMAIN + " (selectors " + selectors + ")");
        io.line("  puts mail into " + captured);
        io.line("");
        io.line("Try in another terminal:");
        io.line("  echo Hello | ./postern sendmail -f me@example.com you@example.net");
        io.line("  swaks --server " + address + " --from me@example.com --to you@example.net");
        io.line("  ./postern verify --explain" + named + " " + captured + "/*");
        io.line("  ./postern track" + named + " you@example.net");
        io.line("");
    }

    /// Short where the file lies below this folder.
    private Path shown(Path file) {
        var here = io.folder().toAbsolutePath();
        return file.startsWith(here) ? here.relativize(file) : file;
    }
}
