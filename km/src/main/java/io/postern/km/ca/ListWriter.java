package io.postern.km.ca;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Enumerated;
import org.bouncycastle.asn1.ASN1GeneralizedTime;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;

/// Writes a revocation list. RFC 5280 §5.1. What is there a hundred thousand times, the entry, is
/// put together from octets: the library makes a dozen objects of each and goes over all of them
/// several times.
final class ListWriter {
    private static final int SEQUENCE = 0x30;
    private static final int INTEGER = 0x02;

    private final Map<Instant, byte[]> times = new HashMap<>();
    private final Map<RevocationReason, byte[]> reasons = new EnumMap<>(RevocationReason.class);

    private ListWriter() {}

    static byte[] write(Issuer authority, RevocationList list, SecureRandom random)
            throws IOException, NoSuchAlgorithmException {
        var signer = Signing.by(authority, random);
        var signed =
                new ListWriter()
                        .content(authority.certificate(), list, signer.getAlgorithmIdentifier());
        try (OutputStream out = signer.getOutputStream()) {
            out.write(signed);
        }
        return sequence(
                signed,
                der(signer.getAlgorithmIdentifier()),
                der(new DERBitString(signer.getSignature())));
    }

    /// §5.1.2 TBSCertList, version 2; without revokedCertificates when there are none (§5.1.2.6).
    private byte[] content(
            X509Certificate authority, RevocationList list, AlgorithmIdentifier algorithm)
            throws IOException, NoSuchAlgorithmException {
        return sequence(
                der(new ASN1Integer(1)),
                der(algorithm),
                authority.getSubjectX500Principal().getEncoded(),
                time(list.thisUpdate()),
                time(list.nextUpdate()),
                list.entries().isEmpty() ? new byte[0] : entries(list.entries()),
                der(new DERTaggedObject(true, 0, extensions(authority, list))));
    }

    private byte[] entries(List<Revoked> entries) throws IOException {
        var all = new ByteArrayOutputStream(entries.size() * 56);
        for (var one : entries) {
            var serial = one.serial().toByteArray();
            var at = times.get(one.at());
            if (at == null) {
                at = time(one.at());
                times.put(one.at(), at);
            }
            var reason = reasons.get(one.reason());
            if (reason == null) {
                reason = reason(one.reason());
                reasons.put(one.reason(), reason);
            }
            header(all, SEQUENCE, lengthOf(serial) + at.length + reason.length);
            header(all, INTEGER, serial.length);
            all.write(serial, 0, serial.length);
            all.write(at, 0, at.length);
            all.write(reason, 0, reason.length);
        }
        return sequence(all.toByteArray());
    }

    private static int lengthOf(byte[] serial) {
        // RevocationList takes no serial that needs a longer length.
        return 2 + serial.length;
    }

    /// §5.3.1: no extension for unspecified.
    private static byte[] reason(RevocationReason reason) throws IOException {
        if (reason == RevocationReason.UNSPECIFIED) {
            return new byte[0];
        }
        return der(
                new Extensions(
                        new Extension(
                                Extension.reasonCode,
                                false,
                                der(new ASN1Enumerated(reason.code())))));
    }

    private static Extensions extensions(X509Certificate authority, RevocationList list)
            throws IOException, NoSuchAlgorithmException {
        var extensions = new ArrayList<Extension>();
        extensions.add(
                new Extension(
                        Extension.authorityKeyIdentifier,
                        false,
                        der(
                                new JcaX509ExtensionUtils()
                                        .createAuthorityKeyIdentifier(authority.getPublicKey()))));
        extensions.add(
                new Extension(Extension.cRLNumber, false, der(new ASN1Integer(list.number()))));
        if (list.expiredOn().isPresent()) {
            // X.509 §9.5.2.8, not critical.
            extensions.add(
                    new Extension(
                            Extension.expiredCertsOnCRL,
                            false,
                            der(new ASN1GeneralizedTime(Date.from(list.expiredOn().get())))));
        }
        return new Extensions(extensions.toArray(Extension[]::new));
    }

    /// §5.1.2.4: UTCTime until 2049.
    private static byte[] time(Instant at) throws IOException {
        return der(new Time(Date.from(at)));
    }

    private static byte[] der(ASN1Encodable value) throws IOException {
        return value.toASN1Primitive().getEncoded("DER");
    }

    private static byte[] sequence(byte[]... parts) {
        int length = 0;
        for (var part : parts) {
            length += part.length;
        }
        var whole = new ByteArrayOutputStream(length + 6);
        header(whole, SEQUENCE, length);
        for (var part : parts) {
            whole.write(part, 0, part.length);
        }
        return whole.toByteArray();
    }

    /// X.690 §8.1.3, the shortest form (§10.1).
    private static void header(ByteArrayOutputStream out, int tag, int length) {
        out.write(tag);
        if (length < 0x80) {
            out.write(length);
            return;
        }
        var octets = BigInteger.valueOf(length).toByteArray();
        int zero = octets[0] == 0 ? 1 : 0;
        out.write(0x80 | (octets.length - zero));
        out.write(octets, zero, octets.length - zero);
    }
}
