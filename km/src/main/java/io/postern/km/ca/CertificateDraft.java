package io.postern.km.ca;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Date;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.CertificatePolicies;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.PolicyInformation;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;

/// A certificate in the making: what all of ours share. Used once, by one thread.
final class CertificateDraft {
    private final JcaX509v3CertificateBuilder builder;

    CertificateDraft(
            X500Name issuer,
            X500Name subject,
            PublicKey key,
            Validity validity,
            SecureRandom random) {
        builder =
                new JcaX509v3CertificateBuilder(
                        issuer,
                        Serials.next(random),
                        Date.from(validity.notBefore()),
                        Date.from(validity.notAfter()),
                        subject,
                        key);
    }

    CertificateDraft with(ASN1ObjectIdentifier extension, boolean critical, ASN1Encodable value) {
        try {
            builder.addExtension(extension, critical, value);
        } catch (IOException e) {
            throw new CaException("extension " + extension, e);
        }
        return this;
    }

    /// RFC 5280 §4.2.1.2, method 1: SHA-1 is an identifier here, and no signature rests on it.
    CertificateDraft subjectKey(PublicKey key) {
        return with(
                Extension.subjectKeyIdentifier, false, utilities().createSubjectKeyIdentifier(key));
    }

    /// The key identifier alone: issuer and serial beside it would tie this to one certificate of
    /// an authority that may get another (CA/B S/MIME BR 7.1.2.3 g forbids them).
    CertificateDraft authorityKey(PublicKey key) {
        return with(
                Extension.authorityKeyIdentifier,
                false,
                utilities().createAuthorityKeyIdentifier(key));
    }

    CertificateDraft usage(int bits) {
        return with(Extension.keyUsage, true, new KeyUsage(bits));
    }

    CertificateDraft purpose(KeyPurposeId purpose) {
        return with(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose));
    }

    CertificateDraft policy(ASN1ObjectIdentifier policy) {
        return with(
                Extension.certificatePolicies,
                false,
                new CertificatePolicies(new PolicyInformation(policy)));
    }

    CertificateDraft found(Locations at) {
        var crl =
                new DistributionPoint(
                        new DistributionPointName(new GeneralNames(address(at.crl().toString()))),
                        null,
                        null);
        var issuer =
                new AccessDescription(
                        AccessDescription.id_ad_caIssuers, address(at.issuer().toString()));
        var access =
                at.ocsp()
                        .map(ocsp ->
                                new AccessDescription[] {
                                    new AccessDescription(
                                            AccessDescription.id_ad_ocsp, address(ocsp.toString())),
                                    issuer
                                })
                        .orElse(new AccessDescription[] {issuer});
        return with(
                        Extension.cRLDistributionPoints,
                        false,
                        new CRLDistPoint(new DistributionPoint[] {crl}))
                .with(Extension.authorityInfoAccess, false, new AuthorityInformationAccess(access));
    }

    X509Certificate signed(ContentSigner signer) {
        try {
            return parse(builder.build(signer).getEncoded());
        } catch (IOException | GeneralSecurityException e) {
            throw new CaException("the certificate that was made is not one", e);
        }
    }

    private static X509Certificate parse(byte[] der) throws CertificateException {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(der));
    }

    private static GeneralName address(String uri) {
        return new GeneralName(GeneralName.uniformResourceIdentifier, uri);
    }

    private static JcaX509ExtensionUtils utilities() {
        try {
            return new JcaX509ExtensionUtils();
        } catch (NoSuchAlgorithmException e) {
            throw new CaException("no provider has SHA-1", e);
        }
    }
}
