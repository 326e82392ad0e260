package io.postern.cli;

import io.postern.km.Acts;
import io.postern.km.ca.Pkcs12;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "export-ca",
        description =
                "Gives the issuing authority out: certificate and key as PKCS#12 under a new passphrase. Needs the"
                        + " shares, and as many approvers as the policy says for export.",
        footer = {
            "",
            "Example:",
            "  postern km export-ca --out /media/ca.p12 --share-file a.txt --share-file b.txt",
            "",
            "Who has the file and the passphrase can issue what every client believes: keep them apart."
        })
final class KmExportCommand extends Common implements Callable<Integer> {
    private final Io io;

    @Mixin DataOptions data = new DataOptions();
    @Mixin KmInput input = new KmInput();
    @Mixin KmConsent consent = new KmConsent();

    @Option(names = "--out", paramLabel = "FILE", description = "Where it goes (0600).")
    Optional<Path> out = Optional.empty();

    @Option(
            names = "--passphrase-to",
            paramLabel = "FILE",
            description = "Write its passphrase there (0600) instead of showing it.")
    Optional<Path> passphraseTo = Optional.empty();

    KmExportCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() {
        if (!consent.request) {
            if (out.isEmpty()) {
                throw Failure.usage("name where it goes with --out FILE");
            }
            free(out.get());
            passphraseTo.ifPresent(this::free);
        }
        KmActs.act(
                        io,
                        data,
                        input,
                        consent,
                        Acts.exportAuthority(),
                        vault -> vault.exportAuthority(Pkcs12.Form.MODERN))
                .ifPresent(made -> {
                    try (made) {
                        var file = io.file(out.orElseThrow());
                        KmOutput.write(file, made.pkcs12().copy());
                        io.line("the authority is in " + file);
                        var characters = made.passphrase().characters();
                        var text = new String(characters);
                        Arrays.fill(characters, '\0');
                        if (passphraseTo.isPresent()) {
                            KmOutput.write(
                                    io.file(passphraseTo.get()),
                                    (text + "\n").getBytes(StandardCharsets.US_ASCII));
                            io.line("its passphrase is in " + passphraseTo.get());
                        } else {
                            io.line("passphrase: " + text);
                        }
                    }
                });
        return 0;
    }

    private void free(Path file) {
        var path = io.file(file).toAbsolutePath();
        if (Files.exists(path)) {
            throw Failure.of(path + " is there already", "name another file");
        }
        var parent = path.getParent();
        KmOutput.writable(parent == null ? path : parent);
    }
}
