package io.postern.auth.dmarc;

import io.postern.mail.Domain;
import java.util.List;
import java.util.Optional;

/// What DMARC came to for one message.
///
/// @param author the author domain
/// @param policyDomain where the record that applies was found
/// @param organizationalDomain that of the author domain; empty when nothing depended on it
/// @param record the one that applies
/// @param requested what the record asks for this author domain, by `p=`, `sp=` or `np=`, whatever
///   the verdict
/// @param effective the same after `t=y`: what is expected to be applied if the verdict is fail;
///   empty when which applies is not known now
/// @param alignedDkim the good signatures that are aligned, in the order given; may be empty
/// @param alignedSpf the SPF domain if it passed and is aligned
/// @param steps each question to the DNS and each decision, in order, for people
public record DmarcResult(
        DmarcVerdict verdict,
        Domain author,
        Optional<Domain> policyDomain,
        Optional<Domain> organizationalDomain,
        Optional<DmarcRecord> record,
        Optional<DmarcPolicy> requested,
        Optional<DmarcPolicy> effective,
        List<AlignedSignature> alignedDkim,
        Optional<Domain> alignedSpf,
        List<String> steps) {
    /// A good DKIM signature that is aligned.
    ///
    /// @param domain `d=`
    /// @param selector `s=`
    public record AlignedSignature(Domain domain, String selector) {}

    public DmarcResult {
        alignedDkim = List.copyOf(alignedDkim);
        steps = List.copyOf(steps);
    }

    /// Whether an authenticated identifier is aligned with the author domain.
    public boolean passed() {
        return verdict instanceof DmarcVerdict.Pass;
    }
}
