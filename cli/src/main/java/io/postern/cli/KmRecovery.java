package io.postern.cli;

import io.postern.km.KeyFiles;
import io.postern.km.RecoveredTo;
import io.postern.km.Recoverer;
import io.postern.km.secret.Secret;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import picocli.CommandLine.Option;

/// To whom recovered keys go, and to whom their passphrase.
final class KmRecovery {
    private static final int LONGEST = 1 << 20;
    private static final String BOUNDARY = "postern-recovered-keys";
    private static final Base64.Encoder LINES =
            Base64.getMimeEncoder(76, "\r\n".getBytes(StandardCharsets.US_ASCII));

    @Option(
            names = {"--to", "--to-certificate"},
            paramLabel = "CERT",
            description =
                    "Write all, passphrase too, as one file that only this certificate's owner opens (CMS).")
    Optional<Path> to = Optional.empty();

    @Option(
            names = "--passphrase-for",
            paramLabel = "CERT",
            description =
                    "Encrypt the passphrase to this certificate, of another approver than who asks (CMS).")
    Optional<Path> passphraseFor = Optional.empty();

    @Option(
            names = "--trust",
            paramLabel = "FILE",
            description =
                    "Certificates of authorities to trust for these instead of ours, PEM. Revocation is not looked at.")
    Optional<Path> trust = Optional.empty();

    /// Those who are named, each with a certificate that is valid.
    private Optional<Recoverer> all = Optional.empty();

    private Optional<Recoverer> second = Optional.empty();

    /// To whom it goes: a request says so too.
    RecoveredTo read(Io io, DataOptions data, KmFiles files) {
        if (to.isPresent() && (passphraseFor.isPresent() || files.passphraseTo.isPresent())) {
            throw Failure.usage(
                    "--to has the passphrase in it: leave --passphrase-to and --passphrase-for");
        }
        var trusted = trust.map(file -> octets(io.file(file)));
        if (to.isPresent() || passphraseFor.isPresent()) {
            try (var km = KmAccess.read(io, data)) {
                all = to.map(file -> km.recoverer(octets(io.file(file)), trusted));
                second = passphraseFor.map(file -> km.recoverer(octets(io.file(file)), trusted));
            }
        }
        return new RecoveredTo(all, second);
    }

    /// Before the act.
    void check(Io io, KmFiles files) {
        if (all.isEmpty() && second.isEmpty() && files.passphraseTo.isEmpty()) {
            throw Failure.usage(
                    "say to whom the passphrase goes: --passphrase-for CERT, --passphrase-to FILE in another folder, or --to CERT");
        }
        files.check(io, second.isEmpty());
    }

    private static byte[] octets(Path file) {
        try (var in = Files.newInputStream(file)) {
            var octets = in.readNBytes(LONGEST + 1);
            if (octets.length > LONGEST) {
                throw Failure.of(file + " is too long for certificates", "name another");
            }
            return octets;
        } catch (IOException e) {
            throw Inputs.unreadable(file, e);
        }
    }

    /// Hands out what was recovered.
    void write(Io io, String address, KmFiles files, KeyFiles made) {
        if (all.isPresent()) {
            try (var entity = entity(made)) {
                var file = free(io.file(files.out), address, "-keys.p7m");
                KmOutput.write(file, all.get().seal(entity));
                io.line(
                        "%s  %d keys and their passphrase, for %s"
                                .formatted(file, made.files().size(), all.get().name()));
                io.line("openssl cms -decrypt -inform DER -in FILE -inkey KEY opens it.");
            }
            return;
        }
        if (second.isEmpty()) {
            files.write(io, made);
            return;
        }
        files.writeFiles(io, made);
        var file =
                files.passphraseTo
                        .map(io::file)
                        .orElseGet(() -> free(io.file(files.out), address, "-passphrase.p7m"));
        try (var line = made.passphrase().then(Secret.of(new char[] {'\n'}))) {
            KmOutput.write(file, second.get().seal(line));
        }
        io.line(file + "  the passphrase, for " + second.get().name());
    }

    /// A name that nothing has yet.
    static Path free(Path folder, String address, String end) {
        var stem = address.replaceAll("[^\\p{L}\\p{N}@._+-]", "_");
        var path = folder.resolve(stem + end);
        for (int i = 2; Files.exists(path); i++) {
            path = folder.resolve(stem + "-" + i + end);
        }
        return path;
    }

    /// MIME (RFC 8551 §3.1), so that mail programs show it too: the passphrase, then the files.
    private static Secret entity(KeyFiles made) {
        var all = new ByteArrayOutputStream();
        text(
                all,
                "Content-Type: multipart/mixed; boundary=\""
                        + BOUNDARY
                        + "\"\r\n\r\n--"
                        + BOUNDARY
                        + "\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n");
        var passphrase = made.passphrase().copy();
        all.writeBytes(passphrase);
        Arrays.fill(passphrase, (byte) 0);
        for (var file : made.files()) {
            text(
                    all,
                    "\r\n--"
                            + BOUNDARY
                            + "\r\nContent-Type: application/x-pkcs12\r\nContent-Transfer-Encoding: base64\r\n"
                            + "Content-Disposition: attachment; filename=\""
                            + file.name().replaceAll("[^A-Za-z0-9@._+-]", "_")
                            + "\"\r\n\r\n");
            all.writeBytes(LINES.encode(file.pkcs12().copy()));
        }
        text(all, "\r\n--" + BOUNDARY + "--\r\n");
        return Secret.of(all.toByteArray());
    }

    private static void text(ByteArrayOutputStream all, String text) {
        all.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }
}
