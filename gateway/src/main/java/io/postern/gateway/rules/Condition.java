package io.postern.gateway.rules;

import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.Program;
import java.util.Set;

/// A condition that was read and checked. Immutable; for many threads.
final class Condition {
    /// What a condition makes of the facts.
    sealed interface Result {
        record Holds() implements Result {}

        record DoesNot() implements Result {}

        /// It could not be computed from these facts: a header field that is not there, a number
        /// divided by nothing.
        record Failed(String why) implements Result {}
    }

    private static final Result HOLDS = new Result.Holds();
    private static final Result DOES_NOT = new Result.DoesNot();

    private final Program program;
    private final Set<Fact> uses;
    private final boolean wholeHeader;

    /// @param wholeHeader whether it looks at header fields otherwise than by their names
    Condition(Program program, Set<Fact> uses, boolean wholeHeader) {
        this.program = program;
        this.wholeHeader = wholeHeader;
        this.uses = Set.copyOf(uses);
    }

    /// The facts it looks at.
    Set<Fact> uses() {
        return uses;
    }

    /// Whether it looks at header fields otherwise than by their names.
    boolean wholeHeader() {
        return wholeHeader;
    }

    Result of(Facts facts) {
        try {
            return Boolean.TRUE.equals(program.eval(facts)) ? HOLDS : DOES_NOT;
        } catch (CelEvaluationException e) {
            return new Result.Failed(String.valueOf(e.getMessage()));
        }
    }
}
