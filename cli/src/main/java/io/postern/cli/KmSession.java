package io.postern.cli;

import io.postern.km.KeyManagement;
import io.postern.km.OpenVault;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// A vault that is open for several commands of one process: each line is a `postern km` command.
/// No socket and no other process: who wants in must sit here.
final class KmSession {
    /// The one that the running command belongs to.
    static final ScopedValue<KmSession> CURRENT = ScopedValue.newInstance();

    private static final Set<String> OUTSIDE = Set.of("init", "unseal", "test", "serve");

    private final KeyManagement km;
    private final OpenVault vault;
    private final Path folder;
    private final List<String> dataWords;

    /// @param folder the data folder
    /// @param dataWords the options that name it, given to each command
    KmSession(KeyManagement km, OpenVault vault, Path folder, List<String> dataWords) {
        this.km = km;
        this.vault = vault;
        this.folder = folder;
        this.dataWords = List.copyOf(dataWords);
    }

    KeyManagement km(Io io, DataOptions data) {
        same(io, data);
        return km;
    }

    OpenVault vault(Io io, DataOptions data) {
        same(io, data);
        return vault;
    }

    private void same(Io io, DataOptions data) {
        if (!KmAccess.world(io, data).data().equals(folder)) {
            throw Failure.of("this session is on " + folder, "seal it first, or leave --data away");
        }
    }

    /// What waiting for a line came to.
    sealed interface Next {
        /// A line.
        record Line(String text) implements Next {}

        /// There are no more.
        record End() implements Next {}

        /// Nothing came in time.
        record Late() implements Next {}
    }

    /// Where lines come from.
    @FunctionalInterface
    interface Lines {
        Next next(Duration atMost);
    }

    /// Why it ended, and whether a command failed.
    record Ended(String why, int code) {}

    /// Does commands until `seal`, the end of the lines, or a time-out.
    ///
    /// @param elapsed a clock that nobody sets
    Ended run(Io io, Lines lines, InstantSource elapsed, Duration longest, Duration idle) {
        var end = elapsed.instant().plus(longest);
        int code = 0;
        while (true) {
            var left = Duration.between(elapsed.instant(), end);
            if (!left.isPositive()) {
                return new Ended("its time is over", code);
            }
            var wait = left.compareTo(idle) < 0 ? left : idle;
            switch (lines.next(wait)) {
                case Next.End() -> {
                    return new Ended("end of the commands", code);
                }
                case Next.Late() -> {
                    return new Ended(
                            wait.equals(idle)
                                    ? "nothing was typed for too long"
                                    : "its time is over",
                            code);
                }
                case Next.Line(var text) -> {
                    var words = words(text);
                    if (!elapsed.instant().isBefore(end)) {
                        return new Ended("its time is over", code);
                    }
                    if (words.equals(List.of("seal"))) {
                        return new Ended("as asked", code);
                    }
                    if (!words.isEmpty()) {
                        int one = command(io, words);
                        code = one == 0 ? code : one;
                    }
                }
            }
            io.out().flush();
        }
    }

    private int command(Io io, List<String> words) {
        if (OUTSIDE.contains(words.getFirst())) {
            io.err()
                    .println(
                            "postern: %s is not done within a session; type seal first"
                                    .formatted(words.getFirst()));
            return Failure.USAGE;
        }
        var all = new ArrayList<String>(List.of("km"));
        all.addAll(words);
        // Neither help nor making an approver's key looks at a folder.
        boolean none =
                words.contains("--help")
                        || words.contains("-h")
                        || words.getFirst().equals("approver");
        if (!none && words.stream().noneMatch(KmSession::namesData)) {
            int positional = all.indexOf("--");
            all.addAll(positional < 0 ? all.size() : positional, dataWords);
        }
        return ScopedValue.where(CURRENT, this).call(() -> Main.run(io, all));
    }

    private static boolean namesData(String word) {
        return word.equals("--data")
                || word.equals("--config")
                || word.startsWith("--data=")
                || word.startsWith("--config=");
    }

    /// Words of a line: apart by blanks, or within quotes of either kind. What follows a `#` at the
    /// beginning is a remark.
    static List<String> words(String line) {
        var words = new ArrayList<String>();
        var word = new StringBuilder();
        boolean within = false;
        char quote = 0;
        for (char c : line.strip().toCharArray()) {
            if (words.isEmpty() && !within && c == '#') {
                return List.of();
            }
            if (quote != 0) {
                if (c == quote) {
                    quote = 0;
                } else {
                    word.append(c);
                }
            } else if (c == '"' || c == '\'') {
                quote = c;
                within = true;
            } else if (Character.isWhitespace(c)) {
                if (within) {
                    words.add(word.toString());
                    word.setLength(0);
                    within = false;
                }
            } else {
                word.append(c);
                within = true;
            }
        }
        if (within) {
            words.add(word.toString());
        }
        // As people paste it.
        if (words.size() > 2 && words.subList(0, 2).equals(List.of("postern", "km"))) {
            words.subList(0, 2).clear();
        }
        return words;
    }
}
