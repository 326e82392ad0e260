package io.postern.auth.spf;

import java.util.List;
import java.util.Optional;

/// What the check of one identity came to, and on which way.
///
/// @param domain the `<domain>` that was checked, A-labels in lower case; when it is not one that
///   can be checked (the result is none), what was given instead, made visible and cut when long
/// @param mechanism the term that decided, as written (made visible and cut when very long); empty
///   when none did, as with a neutral by default (§4.7) or a domain without record
/// @param explanation for fail, what the domain says of it (`exp=`, §6.2): a stranger's words,
///   printable ASCII, of bounded length; empty when there is none that can be used
/// @param steps each question to the DNS with its answer and each decision, in order, for people
/// @param lookups how many questions the DNS was asked
public record SpfResult(
        SpfVerdict verdict,
        SpfIdentity identity,
        String domain,
        Optional<String> mechanism,
        Optional<String> explanation,
        List<String> steps,
        int lookups) {
    public SpfResult {
        steps = List.copyOf(steps);
    }

    /// Whether the domain permits the client: the identity can be relied upon.
    public boolean passed() {
        return verdict instanceof SpfVerdict.Pass;
    }
}
