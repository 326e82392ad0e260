package io.postern.km.ldap;

import java.io.IOException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.List;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.cms.CMSObjectIdentifiers;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.cms.SignedData;
import org.bouncycastle.asn1.x509.Certificate;

/// Values of `userSMIMECertificate`. RFC 2798 §2.8: a SignedData whose content is absent, with the
/// whole chain.
///
/// Nobody has signed it: the keys of people are not here. So it is the degenerate form of RFC 5652
/// §5.2, and the capabilities of the reader, which RFC 2798 and MS-OXLDAP want among the signed
/// attributes, are in the certificate's own extension (RFC 4262) alone.
final class CertificateBag {
    private CertificateBag() {}

    /// @param chain the person's certificate, then the authorities'
    static byte[] of(List<X509Certificate> chain) {
        var certificates = new ASN1EncodableVector();
        try {
            for (var one : chain) {
                certificates.add(Certificate.getInstance(one.getEncoded()));
            }
            return new ContentInfo(
                            CMSObjectIdentifiers.signedData,
                            new SignedData(
                                    new DERSet(),
                                    new ContentInfo(CMSObjectIdentifiers.data, null),
                                    new DERSet(certificates),
                                    null,
                                    new DERSet()))
                    .getEncoded("DER");
        } catch (CertificateEncodingException | IOException e) {
            throw new IllegalStateException("certificates that were read have octets", e);
        }
    }

    static byte[] der(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was read has octets", e);
        }
    }
}
