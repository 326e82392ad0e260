package io.postern.auth.dmarc;

import java.util.Optional;

/// What DMARC says of a message, in the words of RFC 9989 §9.2.
public sealed interface DmarcVerdict {
    /// DMARC does not apply: there is no policy record, or none that is to be processed.
    record None(String why) implements DmarcVerdict {}

    /// An authenticated identifier is aligned with the author domain.
    record Pass() implements DmarcVerdict {}

    /// None is.
    record Fail() implements DmarcVerdict {}

    /// Nothing is known now: a later try may tell. The policy must not be applied (§5.3.6).
    record TempError(String why) implements DmarcVerdict {}

    /// There is a record that can't be read, and no other.
    record PermError(String why) implements DmarcVerdict {}

    /// The word for Authentication-Results.
    default String word() {
        return switch (this) {
            case None _ -> "none";
            case Pass _ -> "pass";
            case Fail _ -> "fail";
            case TempError _ -> "temperror";
            case PermError _ -> "permerror";
        };
    }

    /// Why, in a few words that an operator understands; empty for pass and fail.
    default Optional<String> reason() {
        return switch (this) {
            case None(var why) -> Optional.of(why);
            case Pass(), Fail() -> Optional.empty();
            case TempError(var why) -> Optional.of(why);
            case PermError(var why) -> Optional.of(why);
        };
    }
}
