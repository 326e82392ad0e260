package io.postern.auth.spf;

import java.time.Instant;

/// What stays the same during one check, whichever records it leads to. RFC 7208 §4.1.
///
/// @param receivingHost our name
record Circumstances(
        ClientAddress client,
        String helo,
        Sender.Known sender,
        String receivingHost,
        Instant now) {}
