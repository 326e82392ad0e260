package io.postern.admin;

import java.time.Instant;
import java.util.Optional;

/// How one source of one domain's recipients is.
///
/// @param usable whether it can answer now; otherwise 451
/// @param entries addresses in its list, or answers that are remembered
/// @param since when the list was read or made, or when it began to answer (or not to)
/// @param words the trouble, or what else there is to say; perhaps empty
public record RecipientSourceView(
        String domain,
        String source,
        boolean usable,
        Optional<Long> entries,
        Optional<Instant> since,
        String words) {}
