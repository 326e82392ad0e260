package io.postern.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The run in which the JVM learns which classes the commands need, for the archives that it starts
/// from. Started by the launcher once after a build; works in a temporary folder and leaves nothing
/// behind.
final class Training {
    private static final String MESSAGE =
            "From: me@example.com\nTo: you@example.net\nSubject: training\n\nHello\n";

    /// A connection that is used again has classes of its own.
    private static final int MESSAGES = 3;

    private final Path folder;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private Training(Path folder) {
        this.folder = folder;
    }

    /// Runs what is usual.
    ///
    /// @param args `client` or `server`
    public static void main(String[] args) throws IOException {
        var folder =
                Files.createTempDirectory(
                        "postern-training",
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rwx------")));
        try {
            var training = new Training(folder);
            if (args.length > 0 && args[0].equals("server")) {
                Logging.forService();
            }
            training.stopped();
            training.running();
        } finally {
            delete(folder);
        }
        // The gateway's threads are daemons or closed; whatever is left must not keep us.
        System.exit(0);
    }

    /// What an operator asks while no gateway runs, and what needs none.
    private void stopped() throws IOException {
        run("", "dkim", "new", "example.com", "--algorithm", "ed25519");
        run("", "dkim", "new", "example.com", "--algorithm", "rsa");
        run("", "dkim", "list");
        run("", "dkim", "record", "example.com", "--json");
        run("", "queue", "list");
        run("", "queue", "list", "--json", "--older-than", "1h");
        run("", "track", "nothing");
        run("", "explain", "1");
        run("", "config", "show");
        run("", "version");
        run("", "help");
        run("", "queue", "list", "--help");
        keyManagement();
        out.reset();
        run(MESSAGE, "sign");
        Files.write(folder.resolve("signed.eml"), out.toByteArray());
        run("", "verify", "--explain", "signed.eml");
        run(MESSAGE, "sendmail", "-t", "-i");
    }

    /// A vault of its own, with keys that are quickly made.
    private void keyManagement() throws IOException {
        for (var medium : List.of("one", "two")) {
            Files.createDirectory(folder.resolve(medium));
        }
        run(
                "",
                "km",
                "init",
                "--organization",
                "Training",
                "--country",
                "CH",
                "--ca-key",
                "p-384",
                "--url",
                "http://pki.example.com/",
                "--data",
                "vault",
                "--write-to",
                "one",
                "--backup-to",
                "two",
                "--verify-from",
                "two");
        run("", "km", "status", "--data", "vault");
        run("", "km", "status", "--json", "--data", "vault");
        run("", "km", "crl", "--data", "vault");
        run("", "km", "list", "--data", "vault");
    }

    /// Two gateways on ports of the system's choice, messages through both, and what an operator
    /// asks: over the control API, which is another way than to a store.
    private void running() throws IOException {
        try (var last = start("next-hop", "capture = \"capture\"");
                var first = start("gateway", "smart_host = \"127.0.0.1:" + port(last) + "\"")) {
            for (int i = 0; i < MESSAGES; i++) {
                Main.run(io(MESSAGE, port(first)), List.of("sendmail", "-t", "-i"));
            }
            run("", "dkim", "list", "--data", "gateway");
            run("", "queue", "list", "--data", "gateway");
            run("", "queue", "list", "--config", "gateway.toml", "--json");
            run("", "track", "training", "--data", "gateway");
            run("", "reload", "--config", "gateway.toml");
        }
    }

    private static int port(ServeCommand.Running running) {
        return running.gateway().ports().getFirst();
    }

    /// @param name of its data folder and its file
    /// @param outbound how mail leaves
    private ServeCommand.Running start(String name, String outbound) throws IOException {
        run("", "dkim", "new", "example.com", "--data", name);
        Files.writeString(
                folder.resolve(name + ".toml"),
                """
                hostname = "gw.example.com"
                data = "%s"

                [[listener]]
                role = "outbound"
                address = "127.0.0.1:0"

                [[domain]]
                name = "example.com"

                [[rule]]
                name = "training"
                stage = "mail"
                when = 'reverse_path.domain.under("spam.example")'
                action = "refuse"

                [outbound]
                %s
                """
                        .formatted(name, outbound));
        var serve = new ServeCommand(io("", 1));
        serve.config = Optional.of(Path.of(name + ".toml"));
        return serve.start();
    }

    private void run(String input, String... words) {
        Main.run(io(input, 1), List.of(words));
    }

    /// @param port of the gateway that takes mail; 1 when there is none
    private Io io(String input, int port) {
        var print = new PrintStream(out, true, StandardCharsets.UTF_8);
        return new Io(
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                print,
                print,
                Map.of("POSTERN_SENDMAIL", "127.0.0.1:" + port),
                folder,
                InstantSource.system(),
                100);
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (var file : (Iterable<Path>) files.sorted(Comparator.reverseOrder())::iterator) {
                Files.delete(file);
            }
        }
    }
}
