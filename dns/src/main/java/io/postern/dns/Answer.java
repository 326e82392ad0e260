package io.postern.dns;

import java.time.Duration;
import java.util.List;

/// What the DNS said to one question. A closed choice: every caller decides all four.
public sealed interface Answer<T> {
    /// Records of the type asked for. Never empty, in the order received.
    ///
    /// @param ttl how long it may be kept
    /// @param authentic whether a validating resolver vouched for it (AD bit over a trusted path)
    record Records<T>(List<T> records, Duration ttl, boolean authentic) implements Answer<T> {
        public Records {
            records = List.copyOf(records);
        }
    }

    /// The name does not exist (NXDOMAIN). RFC 8020.
    record NoSuchName<T>() implements Answer<T> {}

    /// The name exists and has no record of that type. RFC 2308 §2.2.
    record NoData<T>() implements Answer<T> {}

    /// SERVFAIL, time-out, refused, malformed, bogus: nothing is known. Never a permanent result.
    ///
    /// @param why for an operator, in a few words
    record TemporaryFailure<T>(String why) implements Answer<T> {}
}
