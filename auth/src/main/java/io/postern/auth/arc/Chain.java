package io.postern.auth.arc;

import io.postern.auth.authres.AuthenticationResults;
import io.postern.auth.dkim.DkimSignature;
import io.postern.auth.dkim.TagList;
import io.postern.mail.HeaderField;
import io.postern.mail.HeaderFields;
import java.util.List;
import java.util.Optional;

/// The ARC fields of a header section, put in order. RFC 8617 §5.2, steps 1 and 3. Every field is
/// read once, and none at all where there are more than fifty sets can have.
sealed interface Chain {
    String SEAL = "ARC-Seal";
    String SIGNATURE = "ARC-Message-Signature";
    String RESULTS = "ARC-Authentication-Results";

    /// RFC 8617 §4.2.1.
    int MAX_SETS = 50;

    /// No ARC field.
    record Absent() implements Chain {}

    /// ARC fields that make no chain.
    ///
    /// @param highest the highest instance seen, 0 to 50
    /// @param failedBefore whether a seal says so already
    record Broken(String why, int highest, boolean failedBefore) implements Chain {}

    /// Sets 1 to the last, each complete.
    record Whole(List<Link> links) implements Chain {}

    /// One set.
    record Link(
            int instance,
            HeaderField resultsField,
            HeaderField signatureField,
            HeaderField sealField,
            TagList signatureTags,
            TagList sealTags,
            SealTags seal,
            Optional<AuthenticationResults> results) {
        /// The seal with an empty `b=`: what is signed. RFC 6376 §3.7.
        HeaderField unsignedSeal() {
            var body = sealField.rawBody();
            var text = body.endsWith("\r\n") ? body.substring(0, body.length() - 2) : body;
            int colon = sealField.raw().indexOf(':');
            return new HeaderField(
                    sealField.name(),
                    sealField.raw().substring(0, colon + 1) + sealTags.without("b", text) + "\r\n");
        }

        /// Octets of its three fields.
        long octets() {
            return 0L
                    + resultsField.raw().length()
                    + signatureField.raw().length()
                    + sealField.raw().length();
        }

        ArcSet set() {
            return new ArcSet(
                    instance,
                    seal.sealer(),
                    seal.selector(),
                    seal.status(),
                    DkimSignature.signingDomain(signatureTags),
                    DkimSignature.selector(signatureTags),
                    results);
        }
    }

    static Chain of(HeaderFields header) {
        return new ChainReader().read(header);
    }
}
