package io.postern.cli;

import io.postern.km.Acts;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "anchor",
        description =
                "Names a file outside the data folder, on another disk or machine, that has the end of the audit after"
                        + " each act: if the whole folder is taken back to an older state, this tells.",
        footer = {
            "",
            "Examples:",
            "  postern km anchor /mnt/other/postern-anchor",
            "  postern km anchor --off"
        })
final class KmAnchor extends Common implements Callable<Integer> {
    private final Io io;

    @Mixin DataOptions data = new DataOptions();
    @Mixin KmInput input = new KmInput();
    @Mixin KmConsent consent = new KmConsent();

    @Option(names = "--off", description = "No anchor any more.")
    boolean off;

    @Parameters(arity = "0..1", paramLabel = "FILE", description = "The file; overwritten.")
    Optional<Path> file = Optional.empty();

    KmAnchor(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() {
        if (file.isPresent() == off) {
            throw Failure.usage("name a file, or give --off");
        }
        var target = file.map(path -> io.file(path).toAbsolutePath().normalize());
        KmActs.act(
                        io,
                        data,
                        input,
                        consent,
                        Acts.anchor(target),
                        vault -> {
                            vault.anchor(target);
                            return true;
                        })
                .ifPresent(_ ->
                        io.line(
                                target.map(path -> "the anchor is " + path)
                                        .orElse("there is no anchor any more")));
        return 0;
    }
}
