package io.postern.km.ca;

import java.time.Instant;

/// What a responder says of a certificate. RFC 6960 §2.2.
public sealed interface OcspStatus {
    /// It was issued here and is not revoked.
    record Good() implements OcspStatus {}

    /// It is revoked, or on hold, since then.
    record Revoked(Instant at, RevocationReason reason) implements OcspStatus {}

    /// It was not issued here.
    record Unknown() implements OcspStatus {}
}
