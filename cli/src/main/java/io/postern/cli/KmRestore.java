package io.postern.cli;

import io.postern.km.MachineKey;
import io.postern.km.Restoring;
import io.postern.km.backup.Envelope;
import io.postern.km.secret.KmException;
import io.postern.km.secret.Octets;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "restore",
        description =
                "Makes the vault of a backup, or of what `km move` sent here, where there is none. What the last"
                        + " published list revokes stays revoked, and numbers go on above it. Without the old start"
                        + " secret the runtime tier is made anew.",
        footer = {
            "",
            "Examples:",
            "  postern km restore /backup/km.backup --published http://pki.example.com/km/ca.crl --dry-run",
            "  postern km restore /backup/km.backup --published ca.crl",
            "",
            "To go back on the same machine, move the folder `km` in the data folder away first, and keep it."
        })
final class KmRestore extends Common implements Callable<Integer> {
    /// About a million entries.
    private static final int LONGEST = 64 << 20;

    private static final String SENT = "km-sent.backup";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Io io;

    @Mixin DataOptions data = new DataOptions();
    @Mixin KmInput input = new KmInput();

    @Option(
            names = "--published",
            paramLabel = "FILE|URL",
            description = "The last ca.crl that clients were given.")
    Optional<String> published = Optional.empty();

    @Option(
            names = "--no-published",
            description = "There is none: what was revoked since the backup is valid again.")
    boolean none;

    @Option(names = "--dry-run", description = "Do all but put it in its place.")
    boolean dry;

    @Parameters(paramLabel = "FILE", description = "The backup, or what was sent here.")
    Path file = Path.of("");

    KmRestore(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() {
        var backup = io.file(file);
        boolean sent = Envelope.is(backup);
        boolean unsaid = published.isEmpty() && !none && !sent;
        if (unsaid || (published.isPresent() && none)) {
            throw Failure.usage(
                    "give --published with the last ca.crl that clients were given, or --no-published when there is none");
        }
        var world = KmAccess.world(io, data);
        // Of one that was cut off.
        remove(world.data().resolve(SENT));
        Restoring.vacant(world);
        var list = published.map(this::list);
        KmInit.makeFolder(world.data());
        var secret = KmAccess.secretForNew(io, data, world);
        var plain = sent ? world.data().resolve(SENT) : backup;
        try {
            if (sent) {
                Files.deleteIfExists(plain);
                MachineKey.open(world, secret, backup, plain);
            }
            try (var restoring = Restoring.begin(world, Optional.of(secret), plain);
                    var opening = input.opening(io)) {
                KmVerifyBackup.print(
                        io,
                        dry
                                ? restoring.rehearse(opening, list)
                                : restoring.complete(opening, list));
            }
        } catch (IOException e) {
            throw new Failure(plain + " can't be written: " + e, e);
        } finally {
            if (sent) {
                remove(plain);
            }
        }
        if (dry) {
            io.line("nothing was changed: without --dry-run it will be");
        } else {
            MachineKey.remove(world);
            io.line(
                    "The vault is restored and sealed. If there was an anchor, set it again: `postern km anchor FILE`.");
        }
        return 0;
    }

    private static void remove(Path plain) {
        try {
            Files.deleteIfExists(plain);
        } catch (IOException _) {
            // What is secret in it is sealed, and the next restore removes it.
        }
    }

    private Octets list(String where) {
        var lower = where.toLowerCase(Locale.ROOT);
        if (lower.startsWith("http://") || lower.startsWith("https://")) {
            return new Octets(fetched(URI.create(where)));
        }
        try (var in = Files.newInputStream(io.file(Path.of(where)))) {
            return new Octets(in.readNBytes(LONGEST));
        } catch (IOException e) {
            throw new Failure(where + " can't be read: " + e, e);
        }
    }

    private static byte[] fetched(URI url) {
        try (var client = HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
            var response =
                    client.send(
                            HttpRequest.newBuilder(url).timeout(PATIENCE).build(),
                            HttpResponse.BodyHandlers.ofInputStream());
            try (var body = response.body()) {
                if (response.statusCode() != 200) {
                    throw Failure.of(
                            "%s answers %d".formatted(url, response.statusCode()),
                            "fetch the list by hand, and name the file");
                }
                return body.readNBytes(LONGEST);
            }
        } catch (IOException e) {
            throw new Failure(url + " can't be fetched: " + e + "; name a file instead", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KmException("interrupted", e);
        }
    }
}
