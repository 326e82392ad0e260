package io.postern.km;

import io.postern.km.ca.Usage;
import io.postern.km.secret.Octets;
import io.postern.mail.Mailbox;
import java.time.Duration;

/// A certificate for a key that is elsewhere.
///
/// @param address whose control was shown
/// @param lifetime one day to 825 days
/// @param request PKCS #10, DER or PEM, as a stranger sent it
/// @param withoutEscrow that nobody can read what is encrypted to a lost key is accepted
public record RequestOrder(
        Mailbox address, Usage usage, Duration lifetime, Octets request, boolean withoutEscrow) {}
