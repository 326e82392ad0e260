package io.postern.auth.arc;

import java.util.Optional;

/// What a chain came to. RFC 8617 §4.4, §5.2.
public sealed interface ArcVerdict {
    /// There is no chain.
    record None() implements ArcVerdict {}

    /// Every seal and the last message signature verified.
    record Pass() implements ArcVerdict {}

    /// The chain is broken, says so itself, or is longer than we verify.
    record Fail(String why) implements ArcVerdict {}

    /// Nothing is known now; a later try may tell.
    record TempError(String why) implements ArcVerdict {}

    /// The word for Authentication-Results.
    default String word() {
        return switch (this) {
            case None _ -> "none";
            case Pass _ -> "pass";
            case Fail _ -> "fail";
            // RFC 8617 §10.1 registers none, pass and fail; readers of RFC 8601 know this one.
            case TempError _ -> "temperror";
        };
    }

    /// Why, in a few words that an operator understands.
    default Optional<String> reason() {
        return switch (this) {
            case None(), Pass() -> Optional.empty();
            case Fail(var why) -> Optional.of(why);
            case TempError(var why) -> Optional.of(why);
        };
    }
}
