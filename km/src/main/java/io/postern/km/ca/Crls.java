package io.postern.km.ca;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.security.cert.CRLException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509CRLEntry;
import java.security.cert.X509Certificate;
import java.text.ParseException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1GeneralizedTime;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x509.Extension;

/// Full revocation lists, signed by the authority's own key: indirect lists and such by a second
/// key are not read by OpenSSL, NSS or the JDK as they come.
public final class Crls {
    /// More is not read: about a million entries.
    private static final int LONGEST = 64 << 20;

    private Crls() {}

    /// A list as DER. RFC 5280 §5: number and authority's key identifier always; the reason unless
    /// unspecified (§5.3.1).
    public static byte[] sign(Issuer authority, RevocationList list, SecureRandom random) {
        try {
            return ListWriter.write(authority, list, random);
        } catch (IOException | NoSuchAlgorithmException e) {
            throw new CaException("revocation list " + list.number(), e);
        }
    }

    /// What a list of ours says, once its signature was verified with the authority's certificate;
    /// empty when it is none, too long, or another's. Not judged: whether it is in force.
    public static Optional<RevocationList> read(byte[] der, X509Certificate authority) {
        if (der.length > LONGEST) {
            return Optional.empty();
        }
        try {
            var crl =
                    (X509CRL)
                            CertificateFactory.getInstance("X.509")
                                    .generateCRL(new ByteArrayInputStream(der));
            if (!crl.getIssuerX500Principal().equals(authority.getSubjectX500Principal())
                    || crl.getNextUpdate() == null) {
                return Optional.empty();
            }
            crl.verify(authority.getPublicKey());
            return Optional.of(
                    new RevocationList(
                            number(crl),
                            crl.getThisUpdate().toInstant(),
                            crl.getNextUpdate().toInstant(),
                            expiredOn(crl),
                            entries(crl)));
        } catch (GeneralSecurityException | RuntimeException e) {
            // The parsers of the JDK and of BC throw much on bad input: it is not a list of ours.
            return Optional.empty();
        }
    }

    private static BigInteger number(X509CRL crl) {
        var value = crl.getExtensionValue(Extension.cRLNumber.getId());
        return value == null
                ? BigInteger.ZERO
                : ASN1Integer.getInstance(ASN1OctetString.getInstance(value).getOctets())
                        .getValue();
    }

    private static Optional<Instant> expiredOn(X509CRL crl) throws CRLException {
        var value = crl.getExtensionValue(Extension.expiredCertsOnCRL.getId());
        if (value == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    ASN1GeneralizedTime.getInstance(ASN1OctetString.getInstance(value).getOctets())
                            .getDate()
                            .toInstant());
        } catch (ParseException e) {
            throw new CRLException(e);
        }
    }

    private static List<Revoked> entries(X509CRL crl) {
        var entries = new ArrayList<Revoked>();
        var revoked = crl.getRevokedCertificates();
        if (revoked != null) {
            for (X509CRLEntry entry : revoked) {
                entries.add(
                        new Revoked(
                                entry.getSerialNumber(),
                                entry.getRevocationDate().toInstant(),
                                RevocationReason.of(entry.getRevocationReason())));
            }
        }
        return entries;
    }
}
