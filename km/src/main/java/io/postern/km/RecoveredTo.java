package io.postern.km;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// For whom what is recovered is encrypted. Approvers sign which of them gets what.
///
/// @param all who gets keys and passphrase in one
/// @param passphrase who gets the passphrase alone
public record RecoveredTo(Optional<Recoverer> all, Optional<Recoverer> passphrase) {
    /// Nobody: the passphrase goes to a file in clear.
    public static final RecoveredTo NOBODY = new RecoveredTo(Optional.empty(), Optional.empty());

    /// Names of a request's parameters.
    Map<String, String> parameters() {
        var parameters = new TreeMap<String, String>();
        all.ifPresent(one -> parameters.put("all-to", one.fingerprint()));
        passphrase.ifPresent(one -> parameters.put("passphrase-to", one.fingerprint()));
        return parameters;
    }
}
