package io.postern.cli;

import io.postern.km.Acts;
import io.postern.km.MachineKey;
import io.postern.km.Restoring;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "move",
        synopsisSubcommandLabel = "COMMAND",
        description =
                "Moves the vault to another machine, encrypted to that machine's certificate. Start secrets stay where"
                        + " they are.",
        footer = {
            "",
            "Examples:",
            "  new machine$ postern km move prepare > new.pem",
            "  old machine$ postern km move to new.pem --out km.move",
            "  new machine$ postern km restore km.move --share-file a.txt --share-file b.txt"
        })
final class KmMove extends Common implements Runnable {
    private final Io io;

    KmMove(Io io) {
        this.io = io;
    }

    @Override
    public void run() {
        throw Failure.usage("name what to do; see `postern km move --help`");
    }

    @Command(
            name = "prepare",
            description =
                    "On the new machine: makes a key for this, and prints its certificate and fingerprint.",
            footer = {"", "Example:", "  postern km move prepare > new.pem"})
    int prepare(@Mixin DataOptions.AndCommon data) {
        var world = KmAccess.world(io, data);
        Restoring.vacant(world);
        KmInit.makeFolder(world.data());
        var certificate = MachineKey.make(world, KmAccess.secretForNew(io, data, world));
        try {
            KmViewCommands.pem(io, "CERTIFICATE", certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new Failure("the certificate can't be written", e);
        }
        io.err().println("postern: SHA-256 " + fingerprint(certificate));
        return 0;
    }

    @Command(
            name = "to",
            description =
                    "On the old machine: writes the vault for the machine with that certificate. No act is done here"
                            + " from then on; lists and answers are given on.",
            footer = {"", "Example:", "  postern km move to new.pem --out km.move"})
    int to(
            @Mixin DataOptions.AndCommon data,
            @Mixin KmInput input,
            @Mixin KmConsent consent,
            @Option(
                            names = "--out",
                            required = true,
                            paramLabel = "FILE",
                            description = "What to take to the new machine.")
                    Path out,
            @Parameters(
                            paramLabel = "CERT",
                            description =
                                    "What `move prepare` printed on the new machine, as PEM or DER.")
                    Path file) {
        var certificate = certificate(io, file);
        var target = io.file(out).toAbsolutePath().normalize();
        var parent = target.getParent();
        KmOutput.writable(parent == null ? target : parent);
        io.line("to the certificate with SHA-256 " + fingerprint(certificate));
        KmActs.act(
                        io,
                        data,
                        input,
                        consent,
                        Acts.move(certificate),
                        vault -> {
                            vault.move(certificate, target);
                            return true;
                        })
                .ifPresent(_ ->
                        io.line(
                                target
                                        + " is written. Compare the fingerprint with what the new machine showed; there: `postern km restore`."));
        return 0;
    }

    @Command(
            name = "cancel",
            description =
                    "On the old machine: the move did not come to its end; acts are done here again.",
            footer = {"", "Example:", "  postern km move cancel"})
    int cancel(@Mixin DataOptions.AndCommon data, @Mixin KmInput input, @Mixin KmConsent consent) {
        KmActs.act(
                        io,
                        data,
                        input,
                        consent,
                        Acts.stay(),
                        vault -> {
                            vault.stay();
                            return true;
                        })
                .ifPresent(_ -> io.line("cancelled: do not restore on the other machine any more"));
        return 0;
    }

    static X509Certificate certificate(Io io, Path file) {
        try (var in = Files.newInputStream(io.file(file))) {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(in);
        } catch (IOException e) {
            throw new Failure(file + " can't be read: " + e, e);
        } catch (GeneralSecurityException e) {
            throw new Failure(file + " is no certificate, as PEM or DER", e);
        }
    }

    private static String fingerprint(X509Certificate certificate) {
        try {
            var hash =
                    java.security.MessageDigest.getInstance("SHA-256")
                            .digest(certificate.getEncoded());
            return HexFormat.ofDelimiter(":").formatHex(hash).toUpperCase(Locale.ROOT);
        } catch (GeneralSecurityException e) {
            throw new Failure("the certificate can't be read", e);
        }
    }
}
