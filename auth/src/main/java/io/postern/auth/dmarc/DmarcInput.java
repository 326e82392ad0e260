package io.postern.auth.dmarc;

import io.postern.auth.dkim.SignatureResult;
import io.postern.mail.Domain;
import java.util.List;
import java.util.Optional;

/// What a message is evaluated by.
///
/// @param author the author domain
/// @param dkim one result per signature, in any order; may be empty
/// @param spf empty when SPF was not checked
public record DmarcInput(
        Domain author, List<SignatureResult> dkim, Optional<SpfIdentityResult> spf) {
    public DmarcInput {
        dkim = List.copyOf(dkim);
    }
}
