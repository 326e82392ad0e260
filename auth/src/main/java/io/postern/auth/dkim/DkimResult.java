package io.postern.auth.dkim;

import java.util.Optional;

/// The result for one signature, in the words of RFC 8601 §2.7.1. A message without signatures has
/// no result (`none`).
public sealed interface DkimResult {
    /// Verified, and acceptable to us.
    record Pass() implements DkimResult {}

    /// The signature or the body hash does not match.
    record Fail(String why) implements DkimResult {}

    /// The signature can't be processed: syntax, or something that this verifier does not know.
    record Neutral(String why) implements DkimResult {}

    /// Cryptographically sound perhaps, but not acceptable to us.
    record Policy(String why) implements DkimResult {}

    /// Nothing is known now; a later try may tell.
    record TempError(String why) implements DkimResult {}

    /// Can never verify: contradictory signature, no key, unusable key.
    record PermError(String why) implements DkimResult {}

    /// The word for Authentication-Results.
    default String word() {
        return switch (this) {
            case Pass _ -> "pass";
            case Fail _ -> "fail";
            case Neutral _ -> "neutral";
            case Policy _ -> "policy";
            case TempError _ -> "temperror";
            case PermError _ -> "permerror";
        };
    }

    /// Why, in a few words that an operator understands; empty for pass.
    default Optional<String> reason() {
        return switch (this) {
            case Pass() -> Optional.empty();
            case Fail(var why) -> Optional.of(why);
            case Neutral(var why) -> Optional.of(why);
            case Policy(var why) -> Optional.of(why);
            case TempError(var why) -> Optional.of(why);
            case PermError(var why) -> Optional.of(why);
        };
    }
}
