package io.postern.km.ldap;

import com.unboundid.ldap.sdk.Control;
import com.unboundid.ldap.sdk.controls.SimplePagedResultsControl;
import java.util.List;
import java.util.Set;

/// Controls of requests. RFC 4511 §4.1.11.
final class Controls {
    static final String PAGED = "1.2.840.113556.1.4.319";

    /// RFC 3296 §3: there are no referrals, so that it changes nothing.
    static final String MANAGE_DSA_IT = "2.16.840.1.113730.3.4.2";

    private static final Set<String> UNDERSTOOD = Set.of(PAGED, MANAGE_DSA_IT);

    private Controls() {}

    /// Whether a critical one is not understood.
    static boolean unknown(List<Control> controls) {
        return controls.stream()
                .anyMatch(one -> one.isCritical() && !UNDERSTOOD.contains(one.getOID()));
    }

    /// RFC 2696 §3: all that is found fits one page, so that the cookie is empty.
    static Control[] answering(List<Control> controls) {
        return controls.stream().anyMatch(one -> one.getOID().equals(PAGED))
                ? new Control[] {new SimplePagedResultsControl(0, null)}
                : new Control[0];
    }
}
