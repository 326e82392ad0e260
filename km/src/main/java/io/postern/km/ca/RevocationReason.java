package io.postern.km.ca;

import java.security.cert.CRLReason;
import org.jspecify.annotations.Nullable;

/// Why a certificate is revoked. RFC 5280 §5.3.1; `removeFromCRL` is of delta lists alone, which
/// are not made here, and 7 is not used.
public enum RevocationReason {
    UNSPECIFIED(0),
    KEY_COMPROMISE(1),
    CA_COMPROMISE(2),
    AFFILIATION_CHANGED(3),
    SUPERSEDED(4),
    CESSATION_OF_OPERATION(5),
    /// The only one that can be taken back: the next list is without the certificate.
    CERTIFICATE_HOLD(6),
    PRIVILEGE_WITHDRAWN(9),
    AA_COMPROMISE(10);

    private final int code;

    RevocationReason(int code) {
        this.code = code;
    }

    /// The number of RFC 5280.
    public int code() {
        return code;
    }

    /// The JDK's; [#UNSPECIFIED] for none, and for what no full list holds.
    static RevocationReason of(@Nullable CRLReason reason) {
        if (reason != null) {
            for (var ours : values()) {
                if (ours.name().equals(reason.name())) {
                    return ours;
                }
            }
        }
        return UNSPECIFIED;
    }
}
