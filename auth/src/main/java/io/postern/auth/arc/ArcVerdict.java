package io.postern.auth.arc;

public sealed interface ArcVerdict {
    record None() implements ArcVerdict {}

    record Pass() implements ArcVerdict {}

    record Fail(String why) implements ArcVerdict {}

    record TempError(String why) implements ArcVerdict {}

    default String word() {
        return switch (this) {
            case None _ -> "none";
            case Pass _ -> "pass";
            case Fail _ -> "fail";
            case TempError _ -> "temperror";
        };
    }
}
