package io.postern.km.ca;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ocsp.CertID;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.ocsp.OCSPRequest;
import org.bouncycastle.asn1.ocsp.Request;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.jspecify.annotations.Nullable;

/// What an OCSP request asks. RFC 6960 §4.1.1. Signatures of requests are not looked at (§4.1.2:
/// optional), nor who is said to ask.
///
/// @param certificates 1 to 32
/// @param nonce to be repeated
record OcspAsked(List<CertID> certificates, Optional<Extension> nonce) {
    /// RFC 5019 §5 has requests of less than 255 octets; 32 certificates with SHA-512 stay below.
    static final int LONGEST = 16 << 10;

    private static final int CERTIFICATES = 32;
    // RFC 9654 §2.1.
    private static final int NONCE = 128;
    private static final Set<ASN1ObjectIdentifier> KNOWN =
            Set.of(
                    OCSPObjectIdentifiers.id_pkix_ocsp_nonce,
                    OCSPObjectIdentifiers.id_pkix_ocsp_response,
                    OCSPObjectIdentifiers.id_pkix_ocsp_pref_sig_algs);

    /// Empty for what is to be answered malformedRequest. Never throws.
    static Optional<OcspAsked> read(byte[] der) {
        if (der.length > LONGEST) {
            return Optional.empty();
        }
        try {
            return read(OCSPRequest.getInstance(ASN1Primitive.fromByteArray(der)));
        } catch (IOException | RuntimeException e) {
            // The library throws much on bad input: ClassCastException, IllegalStateException...
            return Optional.empty();
        }
    }

    private static Optional<OcspAsked> read(OCSPRequest request) throws IOException {
        var asked = request.getTbsRequest();
        var list = asked.getRequestList();
        if (!asked.getVersion().hasValue(0) || list.size() == 0 || list.size() > CERTIFICATES) {
            return Optional.empty();
        }
        var certificates = new ArrayList<CertID>();
        for (var one : list) {
            var single = Request.getInstance(one);
            if (!understood(single.getSingleRequestExtensions())) {
                return Optional.empty();
            }
            certificates.add(single.getReqCert());
        }
        var extensions = asked.getRequestExtensions();
        if (!understood(extensions)) {
            return Optional.empty();
        }
        var nonce =
                Optional.ofNullable(
                        Extensions.getExtension(
                                extensions, OCSPObjectIdentifiers.id_pkix_ocsp_nonce));
        if (nonce.isPresent() && !isNonce(nonce.get())) {
            return Optional.empty();
        }
        return Optional.of(new OcspAsked(certificates, nonce));
    }

    /// RFC 9654 §2.1: an OCTET STRING; a responder MUST refuse one of no or more than 128 octets.
    private static boolean isNonce(Extension nonce) throws IOException {
        var octets =
                ASN1OctetString.getInstance(
                        ASN1Primitive.fromByteArray(nonce.getExtnValue().getOctets()));
        int length = octets.getOctets().length;
        return length > 0 && length <= NONCE;
    }

    /// RFC 6960 §4.4: what is critical must be understood.
    private static boolean understood(@Nullable Extensions extensions) {
        return extensions == null
                || KNOWN.containsAll(List.of(extensions.getCriticalExtensionOIDs()));
    }
}
