package io.postern.auth.spf;

import java.util.Optional;

/// The result of check_host(). RFC 7208 §2.6.
public sealed interface SpfVerdict {
    /// The client may send for the domain (§2.6.3).
    record Pass() implements SpfVerdict {}

    /// The client may not send for the domain (§2.6.4).
    ///
    /// @param explanation what the domain says of it (`exp=`, a stranger's words in printable
    ///   ASCII), or else a sentence of ours; never empty
    record Fail(String explanation) implements SpfVerdict {}

    /// The client probably may not (§2.6.5).
    record SoftFail() implements SpfVerdict {}

    /// The domain does not say (§2.6.2).
    record Neutral() implements SpfVerdict {}

    /// There is no domain that could be checked, or it has no record (§2.6.1).
    record None(String why) implements SpfVerdict {}

    /// The DNS gave no answer; a later try may tell (§2.6.6).
    record TempError(String why) implements SpfVerdict {}

    /// The domain's records can't be understood, or ask too much (§2.6.7).
    record PermError(String why) implements SpfVerdict {}

    /// The word for Authentication-Results (RFC 8601 §2.7.2) and Received-SPF.
    default String word() {
        return switch (this) {
            case Pass _ -> "pass";
            case Fail _ -> "fail";
            case SoftFail _ -> "softfail";
            case Neutral _ -> "neutral";
            case None _ -> "none";
            case TempError _ -> "temperror";
            case PermError _ -> "permerror";
        };
    }

    /// Why, in a few words; empty for pass, softfail and neutral. For fail it is the explanation,
    /// which may be a stranger's words.
    default Optional<String> reason() {
        return switch (this) {
            case Pass(), SoftFail(), Neutral() -> Optional.empty();
            case Fail(var explanation) -> Optional.of(explanation);
            case None(var why) -> Optional.of(why);
            case TempError(var why) -> Optional.of(why);
            case PermError(var why) -> Optional.of(why);
        };
    }
}
