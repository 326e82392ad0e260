package io.postern.cli;

import io.postern.km.BulkWatch;
import io.postern.km.CertificateView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/// How an act for many goes, for who watches: a line that is written over on a terminal, else one
/// each ten seconds.
final class KmProgress implements BulkWatch {
    private static final long EACH = Duration.ofSeconds(10).toNanos();
    private static final long EACH_ON_TERMINAL = Duration.ofMillis(200).toNanos();

    private final Io io;
    private final int total;
    private final IntFunction<String> place;
    private final long began = System.nanoTime();
    private final List<String> wrong = new ArrayList<>();
    private long told = began;
    private int done;
    private int had;

    /// @param place of an order, for messages
    KmProgress(Io io, int total, IntFunction<String> place) {
        this.io = io;
        this.total = total;
        this.place = place;
    }

    @Override
    public void done(int index, List<CertificateView> made) {
        done++;
    }

    @Override
    public void portion() {
        tell();
    }

    @Override
    public void passed(int index, boolean has, String why) {
        if (has) {
            had++;
        } else {
            wrong.add(place.apply(index) + ": " + why);
        }
    }

    private void tell() {
        long now = System.nanoTime();
        if (done > 0 && now - told >= (io.terminal() ? EACH_ON_TERMINAL : EACH)) {
            told = now;
            io.err().print((io.terminal() ? "\r" : "postern: ") + words(now));
            io.err().print(io.terminal() ? "\u001b[K" : "\n");
            io.err().flush();
        }
    }

    private String words(long now) {
        double rate = done / ((now - began) / 1e9);
        int left = total - done - had - wrong.size();
        return "%,d of %,d, %.1f a second, %s left"
                .formatted(
                        done + had + wrong.size(),
                        total,
                        rate,
                        Words.span(Duration.ofSeconds(Math.round(left / rate))));
    }

    /// Says what came of it.
    ///
    /// @param notRead lines that were no orders
    /// @return an exit code
    int end(List<String> notRead) {
        if (io.terminal()) {
            io.err().print("\r\u001b[K");
        }
        notRead.forEach(line -> io.err().println("postern: " + line));
        wrong.forEach(line -> io.err().println("postern: " + line));
        io.line(
                "%s, %,d had them already, %,d wrong; %s"
                        .formatted(
                                Words.count(done, "address", "addresses") + " done",
                                had,
                                wrong.size() + notRead.size(),
                                Words.span(Duration.ofNanos(System.nanoTime() - began))));
        return wrong.isEmpty() && notRead.isEmpty() ? 0 : Failure.NOT;
    }
}
