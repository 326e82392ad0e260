package io.postern.cli;

import io.postern.admin.Json;
import io.postern.km.CertificateView;
import io.postern.km.KmStatus;
import io.postern.km.secret.KmException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// The part of `postern km` that only looks: it needs no secret, and others may work beside it.
/// Public methods, or the command that inherits them would not show them.
abstract class KmViewCommands extends Common {
    private static final Base64.Encoder LINES =
            Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));

    final Io io;

    KmViewCommands(Io io) {
        this.io = io;
    }

    /// How things are.
    @Command(
            name = "status",
            description =
                    "State, ends of certificates, horizon of the revocation lists, and what somebody should do. Exit"
                            + " code 1 when the lists have ended or there is no vault.",
            footer = {"", "Examples:", "  postern km status", "  postern km status --json"})
    public int status(
            @Mixin DataOptions.AndCommon data,
            @Option(names = "--json", description = "As JSON.") boolean json) {
        KmStatus status;
        try (var km = KmAccess.read(io, data)) {
            status = km.status();
        }
        if (json) {
            io.line(Json.pretty(status));
        } else {
            print(status);
        }
        boolean fresh =
                status.crlHorizon().map(end -> end.isAfter(io.clock().instant())).orElse(false);
        return fresh && status.state().equals("sealed") ? 0 : Failure.NOT;
    }

    private void print(KmStatus status) {
        io.line("state         " + status.state() + ", vault " + status.vault().orElse("-"));
        io.line("authority     " + status.authority().orElse("-"));
        io.line("  ends        " + time(status.authorityUntil()));
        io.line("  root ends   " + time(status.rootUntil()));
        io.line(
                "lists         number %s, until %s; signed ahead until %s"
                        .formatted(
                                status.crlNumber().map(String::valueOf).orElse("-"),
                                time(status.crlNextUpdate()),
                                time(status.crlHorizon())));
        io.line(
                "certificates  %d valid (%d end within 30 days), %d held, %d revoked"
                        .formatted(
                                status.valid(),
                                status.expiring(),
                                status.held(),
                                status.revoked()));
        io.line("opened by     " + String.join("; ", status.slots()));
        io.line("backup        " + time(status.lastBackup()));
        io.line("approvers     " + status.approvals());
        io.line(
                "audit         "
                        + Words.count(status.auditLines(), "line", "lines")
                        + ", head "
                        + status.auditHead());
        io.line("second medium shown to work " + time(status.backupTested()));
        status.warnings().forEach(warning -> io.line("! " + warning));
    }

    private static String time(Optional<Instant> instant) {
        return instant.map(Words::time).orElse("never");
    }

    /// Lists certificates.
    @Command(
            name = "list",
            description = "Lists certificates, of one address or all.",
            footer = {
                "",
                "Examples:",
                "  postern km list",
                "  postern km list info@example.com --json"
            })
    public int list(
            @Mixin DataOptions.AndCommon data,
            @Parameters(arity = "0..1", paramLabel = "ADDRESS", description = "Only its own.")
                    Optional<String> address,
            @Option(names = "--json", description = "As JSON.") boolean json) {
        List<CertificateView> views;
        try (var km = KmAccess.read(io, data)) {
            views = km.certificates(address);
        }
        if (json) {
            io.line(Json.pretty(views));
            return 0;
        }
        if (views.isEmpty()) {
            io.line("There are no certificates; make some with `postern km issue ADDRESS`.");
            return 0;
        }
        var table = new Table("ADDRESS", "USAGE", "STATE", "UNTIL", "ESCROW", "SERIAL");
        for (var view : views) {
            table.row(
                    view.address(),
                    view.usage(),
                    state(view),
                    Words.time(view.notAfter()),
                    view.recoverable() ? "yes" : "no",
                    view.serial());
        }
        table.print(io);
        return 0;
    }

    private String state(CertificateView view) {
        return view.notAfter().isBefore(io.clock().instant()) && view.state().equals("valid")
                ? "expired"
                : view.state() + view.reason().map(reason -> ", " + reason).orElse("");
    }

    static String words(CertificateView view) {
        return "%s, %s, serial %s".formatted(view.address(), view.usage(), view.serial());
    }

    /// The list in force.
    @Command(
            name = "crl",
            description =
                    "Prints the revocation list in force as PEM, or writes it as DER: what clients are given.",
            footer = {
                "",
                "Examples:",
                "  postern km crl | openssl crl -noout -text",
                "  postern km crl --out /var/www/km/ca.crl",
                "  postern km crl --root --out /var/www/km/root.crl"
            })
    public int crl(
            @Mixin DataOptions.AndCommon data,
            @Option(names = "--root", description = "The root's.") boolean root,
            @Option(names = "--out", paramLabel = "FILE", description = "Write it there, as DER.")
                    Optional<Path> out) {
        byte[] der;
        try (var km = KmAccess.read(io, data)) {
            der = km.crl(root ? "root" : "ca").der().copy();
        }
        if (out.isPresent()) {
            publish(io.file(out.get()), der);
        } else {
            pem(io, "X509 CRL", der);
        }
        return 0;
    }

    /// All that clients fetch.
    @Command(
            name = "publish",
            description =
                    "Writes lists in force and certificates of the authorities to a folder that a web server shows"
                            + " under the URL of `km init`: ca.crl, ca.cer, root.crl, root.cer. Run it each day.",
            footer = {"", "Example:", "  postern km publish /var/www/km"})
    public int publish(
            @Mixin DataOptions.AndCommon data,
            @Parameters(paramLabel = "DIR", description = "The web server's folder.") Path folder) {
        try (var km = KmAccess.read(io, data)) {
            var certificates = km.authorities();
            publish(io.file(folder).resolve("ca.crl"), km.crl("ca").der().copy());
            publish(io.file(folder).resolve("root.crl"), km.crl("root").der().copy());
            publish(io.file(folder).resolve("ca.cer"), certificates.getFirst().getEncoded());
            publish(io.file(folder).resolve("root.cer"), certificates.getLast().getEncoded());
        } catch (CertificateEncodingException e) {
            throw new KmException("a certificate can't be written", e);
        }
        return 0;
    }

    /// In place of the one before, whole at every time: a web server may be reading it.
    private static void publish(Path file, byte[] der) {
        var parent = file.toAbsolutePath().getParent();
        try {
            var beside =
                    java.nio.file.Files.createTempFile(
                            parent == null ? Path.of(".") : parent, ".crl", ".new");
            java.nio.file.Files.write(beside, der);
            java.nio.file.Files.setPosixFilePermissions(
                    beside, java.nio.file.attribute.PosixFilePermissions.fromString("rw-r--r--"));
            java.nio.file.Files.move(
                    beside,
                    file,
                    java.nio.file.StandardCopyOption.ATOMIC_MOVE,
                    java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        } catch (java.io.IOException e) {
            throw new Failure(file + " can't be written: " + e.getMessage(), e);
        }
    }

    /// Certificates as PEM.
    @Command(
            name = "cert",
            description =
                    "Prints a certificate as PEM; without a serial number those of the authorities, the issuing one"
                            + " first.",
            footer = {
                "",
                "Examples:",
                "  postern km cert --root > root.pem",
                "  postern km cert 3f2a91…"
            })
    public int cert(
            @Mixin DataOptions.AndCommon data,
            @Option(names = "--root", description = "Only the root's.") boolean root,
            @Parameters(
                            arity = "0..1",
                            paramLabel = "SERIAL",
                            description = "In hexadecimal digits.")
                    Optional<String> serial) {
        List<X509Certificate> certificates;
        try (var km = KmAccess.read(io, data)) {
            if (serial.isPresent()) {
                certificates = List.of(km.certificate(serial.get()));
            } else {
                certificates = km.authorities();
            }
        }
        for (var one : root ? certificates.subList(1, certificates.size()) : certificates) {
            try {
                pem(io, "CERTIFICATE", one.getEncoded());
            } catch (CertificateEncodingException e) {
                throw new KmException("a certificate can't be written", e);
            }
        }
        return 0;
    }

    static void pem(Io io, String what, byte[] der) {
        io.line("-----BEGIN " + what + "-----");
        io.line(LINES.encodeToString(der));
        io.line("-----END " + what + "-----");
    }
}
