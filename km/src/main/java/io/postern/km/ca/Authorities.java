package io.postern.km.ca;

import java.security.KeyPair;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;

/// Certificates of authorities and of their OCSP responders. Bad arguments are
/// [IllegalArgumentException]: operators' input is checked before ([KeyStrength], [Names]).
public final class Authorities {
    private static final int CA_USAGE = KeyUsage.keyCertSign | KeyUsage.cRLSign;

    // RFC 5280 §4.2.1.4.
    private static final ASN1ObjectIdentifier ANY_POLICY =
            Extension.certificatePolicies.branch("0");

    private Authorities() {}

    /// A root: signs itself, and one issuing authority below it. CA/B S/MIME BR 7.1.2.1: no
    /// extended key usage, no policies; it is trusted because it was installed.
    ///
    /// @param keys of a kind that fits an authority; else [IllegalArgumentException]
    public static X509Certificate root(
            KeyPair keys, X500Principal name, Validity validity, SecureRandom random) {
        fits(keys.getPublic());
        var subject = Names.of(name);
        return new CertificateDraft(subject, subject, keys.getPublic(), validity, random)
                .with(Extension.basicConstraints, true, new BasicConstraints(true))
                .usage(CA_USAGE)
                .subjectKey(keys.getPublic())
                .authorityKey(keys.getPublic())
                .signed(Signing.by(keys.getPrivate(), keys.getPublic(), random));
    }

    /// An authority for subscribers' certificates alone: path length zero, e-mail alone (CA/B
    /// S/MIME BR 7.1.2.2), any policy, for root and authority are one organization's. No OCSP
    /// signing in its extended key usage: clients refuse authorities that claim it.
    ///
    /// @param at where the root's list and certificate are
    /// @return never valid beyond its root
    public static X509Certificate issuing(
            Issuer root,
            PublicKey key,
            X500Principal name,
            Validity validity,
            Locations at,
            SecureRandom random) {
        fits(key);
        var above = root.certificate();
        if (above.getSubjectX500Principal().equals(name)) {
            throw new IllegalArgumentException(
                    "the issuing authority needs another name than its root: " + name);
        }
        return new CertificateDraft(
                        Names.subject(above),
                        Names.of(name),
                        key,
                        validity.until(above.getNotAfter().toInstant()),
                        random)
                .with(Extension.basicConstraints, true, new BasicConstraints(0))
                .usage(CA_USAGE)
                .purpose(KeyPurposeId.id_kp_emailProtection)
                .policy(ANY_POLICY)
                .found(at)
                .subjectKey(key)
                .authorityKey(above.getPublicKey())
                .signed(Signing.by(root, random));
    }

    /// A delegated OCSP responder of that authority. RFC 6960 §4.2.2.2: id-kp-OCSPSigning, and
    /// ocsp-nocheck, for nobody could say whether it is revoked; so keep it as short as the horizon
    /// of the revocation lists.
    ///
    /// @return never valid beyond its authority
    public static X509Certificate responder(
            Issuer authority,
            PublicKey key,
            X500Principal name,
            Validity validity,
            SecureRandom random) {
        var above = authority.certificate();
        return new CertificateDraft(
                        Names.subject(above),
                        Names.of(name),
                        key,
                        validity.until(above.getNotAfter().toInstant()),
                        random)
                .usage(KeyUsage.digitalSignature)
                .purpose(KeyPurposeId.id_kp_OCSPSigning)
                .with(OCSPObjectIdentifiers.id_pkix_ocsp_nocheck, false, DERNull.INSTANCE)
                .subjectKey(key)
                .authorityKey(above.getPublicKey())
                .signed(Signing.by(authority, random));
    }

    /// A certificate that says no more than to whom to encrypt: a machine's, signed by itself.
    public static X509Certificate machine(KeyPair keys, Validity validity, SecureRandom random) {
        var name = new X500Name("CN=Postern move");
        return new CertificateDraft(name, name, keys.getPublic(), validity, random)
                .usage(KeyUsage.keyAgreement)
                .subjectKey(keys.getPublic())
                .signed(Signing.by(keys.getPrivate(), keys.getPublic(), random));
    }

    private static void fits(PublicKey key) {
        KeyStrength.ofAuthority(key)
                .ifPresent(why -> {
                    throw new IllegalArgumentException(why);
                });
    }
}
