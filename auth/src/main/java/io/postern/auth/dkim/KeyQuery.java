package io.postern.auth.dkim;

import io.postern.mail.Domain;

/// Which key a signature asks for, and what for. RFC 6376 §3.6.2.1.
///
/// @param signingDomain `d=`
/// @param selector `s=`, A-labels in lower case
/// @param algorithm `a=`
/// @param identityDomain the domain of `i=`, or the signing domain again where there is none
public record KeyQuery(
        Domain signingDomain, String selector, DkimAlgorithm algorithm, Domain identityDomain) {
    /// The DNS name of the key record.
    public String dnsName() {
        return selector + "._domainkey." + signingDomain;
    }
}
