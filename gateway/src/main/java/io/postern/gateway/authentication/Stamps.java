package io.postern.gateway.authentication;

import io.postern.auth.authres.AuthenticationResults;
import io.postern.auth.authres.AuthenticationResults.MethodResult;
import io.postern.auth.spf.ReceivedSpf;
import io.postern.mail.HeaderField;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Writes what authentication came to for the inside server: one Authentication-Results field (RFC
/// 8601), and Received-SPF (RFC 7208 §9.1).
///
/// @param authservId who says so
/// @param receiver our host name
/// @param receivedSpf whether the second is written
record Stamps(String authservId, String receiver, boolean receivedSpf) {
    /// The fields, to be put on top of the message in this order.
    List<HeaderField> of(MessageResults results) {
        var fields = new ArrayList<HeaderField>();
        fields.add(field(results).field());
        if (receivedSpf) {
            fields.add(new ReceivedSpf(results.query(), results.mailFrom(), receiver).field());
        }
        return fields;
    }

    /// What the first of them says.
    AuthenticationResults field(MessageResults results) {
        var methods = new ArrayList<MethodResult>();
        methods.add(AuthenticationResults.spf(results.mailFrom()));
        methods.add(AuthenticationResults.spf(results.helo()));
        methods.addAll(AuthenticationResults.dkim(results.lookedAt()));
        if (results.notLookedAt() > 0) {
            methods.add(
                    new MethodResult(
                            "dkim",
                            "policy",
                            Optional.of(results.notLookedAt() + " signatures more, not looked at"),
                            Optional.empty(),
                            List.of()));
        }
        methods.add(
                results.dmarc()
                        .map(AuthenticationResults::dmarc)
                        .orElseGet(() -> noAuthor(results.author())));
        methods.add(results.arc().methodResult());
        return new AuthenticationResults(authservId, methods);
    }

    /// There is nobody to ask DMARC about, and no policy to be had: never a pass.
    private static MethodResult noAuthor(AuthorView author) {
        return new MethodResult(
                "dmarc", "permerror", author.ambiguous(), Optional.empty(), List.of());
    }
}
