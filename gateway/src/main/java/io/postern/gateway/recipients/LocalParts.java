package io.postern.gateway.recipients;

import java.text.Normalizer;
import java.util.Locale;

/// How local parts of ours are compared.
///
/// RFC 5321 §2.4 leaves the case of a local part to the host that owns it. These hosts are ours,
/// and no inside server in use tells two mailboxes apart by case alone; so they are compared
/// without it, and mail goes on in the case in which it came.
final class LocalParts {
    private LocalParts() {}

    /// The form in which two local parts are compared: lower case, composed (RFC 6532 §3.1).
    static String folded(String localPart) {
        for (int i = 0; i < localPart.length(); i++) {
            if (localPart.charAt(i) > 127) {
                return Normalizer.normalize(localPart, Normalizer.Form.NFC)
                        .toLowerCase(Locale.ROOT);
            }
        }
        return localPart.toLowerCase(Locale.ROOT);
    }
}
