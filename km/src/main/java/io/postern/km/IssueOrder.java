package io.postern.km;

import io.postern.km.ca.KeyKind;
import io.postern.km.ca.Pkcs12;
import io.postern.km.ca.Subscriber;
import io.postern.km.ca.Usage;
import io.postern.mail.Mailbox;
import java.time.Duration;
import java.util.List;

/// What is to be issued.
///
/// @param address whose control was shown
/// @param usages one certificate each; [#APART] by default
/// @param kind of the keys
/// @param lifetime one day to 825 days
/// @param form of the files
public record IssueOrder(
        Mailbox address, List<Usage> usages, KeyKind kind, Duration lifetime, Pkcs12.Form form) {
    /// Signing and encryption apart: the encryption key is kept in escrow, the signing key never.
    public static final List<Usage> APART = List.of(Usage.SIGN, Usage.ENCRYPT);

    /// Two years.
    public static final Duration LIFETIME = Duration.ofDays(730);

    public IssueOrder {
        usages = List.copyOf(usages);
    }

    /// The defaults for an address.
    public static IssueOrder of(Mailbox address) {
        return new IssueOrder(address, APART, KeyKind.RSA_3072, LIFETIME, Pkcs12.Form.MODERN);
    }

    /// Never longer than [Subscriber#LONGEST].
    boolean tooLong() {
        return lifetime.compareTo(Subscriber.LONGEST) > 0;
    }
}
