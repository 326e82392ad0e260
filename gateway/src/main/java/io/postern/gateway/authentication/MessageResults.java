package io.postern.gateway.authentication;

import io.postern.auth.arc.ArcResult;
import io.postern.auth.dkim.DkimPolicy;
import io.postern.auth.dkim.SignatureResult;
import io.postern.auth.dmarc.DmarcResult;
import io.postern.auth.spf.SpfQuery;
import io.postern.auth.spf.SpfResult;
import java.util.List;
import java.util.Optional;

/// What the authentication of one message came to.
///
/// @param query what SPF was asked about
/// @param helo SPF of the HELO identity
/// @param mailFrom SPF of the MAIL FROM identity; of `postmaster@` the HELO name when the
///   reverse-path is null
/// @param dkim one for each signature, top first
/// @param dmarc empty when there is no one author domain to ask about
/// @param questions what the DNS was asked and answered, in words, in the order asked
public record MessageResults(
        AuthorView author,
        SpfQuery query,
        SpfResult helo,
        SpfResult mailFrom,
        List<SignatureResult> dkim,
        ArcResult arc,
        Optional<DmarcResult> dmarc,
        List<String> questions) {
    public MessageResults {
        dkim = List.copyOf(dkim);
        questions = List.copyOf(questions);
    }

    /// The signatures that are worth telling of: those that were looked at.
    public List<SignatureResult> lookedAt() {
        return dkim.subList(0, Math.min(dkim.size(), DkimPolicy.STANDARD.maxSignatures()));
    }

    /// How many more there are. A thousand of them must not make a field longer than the message.
    int notLookedAt() {
        return dkim.size() - lookedAt().size();
    }
}
