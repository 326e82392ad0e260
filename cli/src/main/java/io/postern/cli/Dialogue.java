package io.postern.cli;

import java.io.Console;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Questions to whoever sits at the terminal; none when nobody does, or wants none.
final class Dialogue {
    /// Nobody types more.
    private static final int LONGEST = 1000;

    private final @Nullable Console console;

    private Dialogue(@Nullable Console console) {
        this.console = console;
    }

    /// @param quiet whether nothing is to be asked
    static Dialogue of(Io io, boolean quiet) {
        var console = !quiet && io.in().equals(System.in) ? System.console() : null;
        return new Dialogue(console != null && console.isTerminal() ? console : null);
    }

    /// The answer, without blanks around it; empty for none.
    Optional<String> ask(String question) {
        if (console == null) {
            return Optional.empty();
        }
        var line = console.readLine("%s ", question);
        if (line == null) {
            throw Failure.of("nothing was answered", "give options, and --yes to be asked nothing");
        }
        if (line.length() > LONGEST) {
            throw Failure.of("the answer is too long", "type it again");
        }
        return Optional.of(line.strip()).filter(text -> !text.isEmpty());
    }
}
