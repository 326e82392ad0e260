package io.postern.dns;

import java.time.Duration;
import java.util.Optional;

/// An answer, and how long it may be kept where the answer itself does not say.
///
/// @param negativeTtl what the zone allows for `NoSuchName` and `NoData` (RFC 2308 §5: the lower of
///   the SOA's own TTL and its MINIMUM); empty when there was no SOA
record Timed<T>(Answer<T> answer, Optional<Duration> negativeTtl) {
    Timed(Answer<T> answer) {
        this(answer, Optional.empty());
    }
}
