package io.postern.auth.arc;

import io.postern.auth.authres.AuthenticationResults;
import io.postern.auth.authres.AuthenticationResults.MethodResult;
import java.util.List;
import java.util.Optional;

/// What ARC came to for one message.
///
/// @param sets the sets in the order of their instances, whatever the verdict; empty when there are
///   none, or when the fields do not make a chain
/// @param steps each step with its inputs, in order, for people
public record ArcResult(ArcVerdict verdict, List<ArcSet> sets, List<String> steps) {
    public ArcResult {
        sets = List.copyOf(sets);
        steps = List.copyOf(steps);
    }

    /// The result for Authentication-Results, the last sealer in a comment. RFC 8617 §10.
    public MethodResult methodResult() {
        return new MethodResult(
                "arc",
                verdict.word(),
                AuthenticationResults.brief(verdict.reason()),
                sets.isEmpty()
                        ? Optional.empty()
                        : Optional.of(
                                "i=%d d=%s s=%s"
                                        .formatted(
                                                sets.getLast().instance(),
                                                sets.getLast().sealer(),
                                                sets.getLast().sealSelector())),
                List.of());
    }
}
