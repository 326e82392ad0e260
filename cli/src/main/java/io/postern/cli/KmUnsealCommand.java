package io.postern.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "unseal",
        description =
                "Opens the vault once and does `km` commands line by line, from the terminal or standard input, until"
                        + " `seal`, the end, or a time-out. Then its keys are zeroed.",
        footer = {
            "",
            "Examples:",
            "  postern km unseal --for 30m",
            "  postern km unseal --secret-file /media/one/postern-unseal-K7QX.txt < commands.txt",
            "",
            "A line is a command without `postern km`: issue info@example.com --out /media/info"
        })
final class KmUnsealCommand extends Common implements Callable<Integer> {
    private static final Duration LONGEST = Duration.ofHours(8);

    private final Io io;
    private final InstantSource elapsed = () -> Instant.EPOCH.plusNanos(System.nanoTime());

    @Mixin DataOptions data = new DataOptions();
    @Mixin KmInput input = new KmInput();

    @Option(
            names = "--for",
            paramLabel = "TIME",
            description = "Seal after this time in any case (default: 15m; at most 8h).")
    String longest = "15m";

    @Option(
            names = "--idle",
            paramLabel = "TIME",
            description = "Seal when nothing was typed for this time (default: 5m).")
    String idle = "5m";

    KmUnsealCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() {
        var all = time(longest, "--for");
        var quiet = time(idle, "--idle");
        var console = KmInput.console(io);
        if (console == null && !input.named()) {
            throw Failure.of(
                    "standard input has the commands",
                    "give what opens the vault with --secret-file or --secret-fd");
        }
        KmSession.Ended ended;
        try (var km = KmAccess.lock(io, data);
                var opening = input.opening(io);
                var vault = km.open(opening)) {
            var words = new ArrayList<String>();
            data.config.ifPresent(file -> words.add("--config=" + file));
            data.data.ifPresent(folder -> words.add("--data=" + folder));
            var session = new KmSession(km, vault, KmAccess.world(io, data).data(), words);
            var reader = new KmLineReader(io);
            if (console != null) {
                io.line("The vault is open for %s; type commands, or seal.".formatted(longest));
            }
            ended =
                    session.run(
                            io,
                            wait -> {
                                if (console != null) {
                                    io.out().print("km> ");
                                    io.out().flush();
                                }
                                return reader.next(wait);
                            },
                            elapsed,
                            all,
                            quiet);
        }
        io.line("The vault is sealed: " + ended.why() + ".");
        return ended.code();
    }

    private static Duration time(String text, String option) {
        var time = KmDuration.of(text);
        if (!time.isPositive() || time.compareTo(LONGEST) > 0) {
            throw Failure.usage(option + " is more than nothing and at most 8h");
        }
        return time;
    }
}
