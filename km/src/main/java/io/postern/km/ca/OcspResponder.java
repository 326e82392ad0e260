package io.postern.km.ca;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.ocsp.CertID;
import org.bouncycastle.asn1.ocsp.ResponderID;
import org.bouncycastle.asn1.oiw.OIWObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPRespBuilder;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.bouncycastle.cert.ocsp.RespID;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.UnknownStatus;

/// Answers OCSP requests about one authority's certificates, with the key of a delegated responder.
/// RFC 6960, RFC 5019, RFC 9654. Immutable: any number of threads.
public final class OcspResponder {
    private final Issuer responder;
    private final RespID id;
    private final X509CertificateHolder[] chain;
    private final Map<ASN1ObjectIdentifier, CertID> issuer;

    /// Answers for `authority` with the key of `responder`, which that authority certified;
    /// [IllegalArgumentException] when it did not, for clients would refuse every answer.
    public OcspResponder(X509Certificate authority, Issuer responder) {
        this.responder = responder;
        try {
            responder.certificate().verify(authority.getPublicKey());
            var key = keyBits(responder.certificate());
            // RFC 5019 §2.2.1: by key, which is shorter. RFC 6960 §4.2.1: SHA-1, whatever else.
            id = new RespID(new ResponderID(new DEROctetString(hash("SHA-1", key))));
            chain =
                    new X509CertificateHolder[] {
                        new X509CertificateHolder(responder.certificate().getEncoded())
                    };
            issuer =
                    Map.of(
                            OIWObjectIdentifiers.idSHA1,
                            issuer(authority, OIWObjectIdentifiers.idSHA1, "SHA-1"),
                            NISTObjectIdentifiers.id_sha256,
                            issuer(authority, NISTObjectIdentifiers.id_sha256, "SHA-256"));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    "the responder's certificate is not of the authority "
                            + authority.getSubjectX500Principal(),
                    e);
        } catch (IOException e) {
            throw new CaException("the responder's certificate", e);
        }
    }

    /// The answer to a request, however wrong it is; never throws for what is in it. A request is
    /// at most 16 KiB and asks for at most 32 certificates.
    ///
    /// @param inForce what the answer shall say of its own life: no longer than the revocation list
    ///   it rests on, and short enough that a revocation is seen soon; empty, or not in force now,
    ///   gives tryLater
    /// @param status of a serial of this authority; never asked about another's
    /// @param now when the answer is made
    public OcspReply answer(
            byte[] request,
            Optional<Window> inForce,
            Function<BigInteger, OcspStatus> status,
            Instant now,
            SecureRandom random) {
        var read = OcspAsked.read(request);
        if (read.isEmpty()) {
            return error(OcspReply.Outcome.MALFORMED_REQUEST, OCSPRespBuilder.MALFORMED_REQUEST);
        }
        var asked = read.get();
        if (asked.certificates().stream().noneMatch(this::isOurs)) {
            return error(OcspReply.Outcome.UNAUTHORIZED, OCSPRespBuilder.UNAUTHORIZED);
        }
        if (inForce.isEmpty() || !inForce.get().holds(now)) {
            return error(OcspReply.Outcome.TRY_LATER, OCSPRespBuilder.TRY_LATER);
        }
        var window = inForce.get();
        var builder = new BasicOCSPRespBuilder(id);
        for (var one : asked.certificates()) {
            var said =
                    isOurs(one)
                            ? status.apply(one.getSerialNumber().getValue())
                            : new OcspStatus.Unknown();
            builder.addResponse(
                    new CertificateID(one),
                    written(said),
                    Date.from(window.thisUpdate()),
                    Date.from(window.nextUpdate()));
        }
        asked.nonce().ifPresent(nonce -> builder.setResponseExtensions(new Extensions(nonce)));
        try {
            var signed = builder.build(Signing.by(responder, random), chain, Date.from(now));
            return new OcspReply(
                    OcspReply.Outcome.ANSWERED,
                    new OCSPRespBuilder().build(OCSPRespBuilder.SUCCESSFUL, signed).getEncoded(),
                    asked.nonce().isPresent() ? Optional.empty() : Optional.of(window));
        } catch (OCSPException | IOException e) {
            throw new CaException("an OCSP response", e);
        }
    }

    private boolean isOurs(CertID asked) {
        var ours = issuer.get(asked.getHashAlgorithm().getAlgorithm());
        return ours != null
                && ours.getIssuerNameHash().equals(asked.getIssuerNameHash())
                && ours.getIssuerKeyHash().equals(asked.getIssuerKeyHash());
    }

    private static CertificateStatus written(OcspStatus status) {
        return switch (status) {
            case OcspStatus.Good() -> CertificateStatus.GOOD;
            // RFC 6960 §4.2.1: the reason is optional; as in lists, none for unspecified.
            case OcspStatus.Revoked(var at, var reason)
                    when reason == RevocationReason.UNSPECIFIED ->
                    new RevokedStatus(Date.from(at));
            case OcspStatus.Revoked(var at, var reason) ->
                    new RevokedStatus(Date.from(at), reason.code());
            case OcspStatus.Unknown() -> new UnknownStatus();
        };
    }

    private static OcspReply error(OcspReply.Outcome outcome, int code) {
        try {
            return new OcspReply(
                    outcome,
                    new OCSPRespBuilder().build(code, null).getEncoded(),
                    Optional.empty());
        } catch (OCSPException | IOException e) {
            throw new CaException("an OCSP error", e);
        }
    }

    private static CertID issuer(
            X509Certificate authority, ASN1ObjectIdentifier algorithm, String name)
            throws GeneralSecurityException {
        return new CertID(
                new AlgorithmIdentifier(algorithm, DERNull.INSTANCE),
                new DEROctetString(hash(name, authority.getSubjectX500Principal().getEncoded())),
                new DEROctetString(hash(name, keyBits(authority))),
                new ASN1Integer(0));
    }

    /// RFC 6960 §4.1.1: the BIT STRING's value, without tag, length and unused bits.
    private static byte[] keyBits(X509Certificate certificate) {
        return SubjectPublicKeyInfo.getInstance(certificate.getPublicKey().getEncoded())
                .getPublicKeyData()
                .getBytes();
    }

    private static byte[] hash(String name, byte[] octets) throws GeneralSecurityException {
        return MessageDigest.getInstance(name).digest(octets);
    }
}
