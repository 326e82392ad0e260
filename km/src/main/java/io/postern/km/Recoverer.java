package io.postern.km;

import io.postern.km.ca.Envelopes;
import io.postern.km.ca.PathValidation;
import io.postern.km.secret.KmException;
import io.postern.km.secret.Secret;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.security.cert.CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/// Somebody to whom keys or a passphrase are encrypted: with a certificate that is valid now, and
/// for encryption.
public final class Recoverer {
    private final X509Certificate certificate;
    private final SecureRandom random;

    private Recoverer(X509Certificate certificate, SecureRandom random) {
        this.certificate = certificate;
        this.random = random;
    }

    static Recoverer of(KeyManagement km, byte[] text, Optional<byte[]> trust, World world) {
        var certificate =
                Envelopes.certificates(text).stream()
                        .findFirst()
                        .orElseThrow(() ->
                                new KmException("that is no certificate: give one as PEM or DER"));
        var name = certificate.getSubjectX500Principal().getName();
        var unfit = Envelopes.unfit(certificate, world.now());
        if (unfit.isPresent()) {
            throw new KmException(
                    "nothing is encrypted to the certificate of %s: %s"
                            .formatted(name, unfit.get()));
        }
        var wrong =
                trust.isPresent()
                        ? notOf(certificate, Envelopes.certificates(trust.get()), world.now())
                        : notOurs(km, certificate, world.now());
        if (wrong.isPresent()) {
            throw new KmException(
                    "the certificate of %s is not trusted: %s; name whom to trust with --trust"
                            .formatted(name, wrong.get()));
        }
        return new Recoverer(certificate, world.random());
    }

    private static Optional<String> notOurs(
            KeyManagement km, X509Certificate certificate, Instant now) {
        var authorities = km.authorities();
        var lists = new ArrayList<CRL>();
        for (var name : List.of("ca", "root")) {
            PathValidation.list(km.crl(name).der().copy()).ifPresent(lists::add);
        }
        return PathValidation.of(
                                        List.of(authorities.getLast()),
                                        List.of(authorities.getFirst()),
                                        lists)
                                // The JDK takes one that was revoked in this very second for valid.
                                .of(certificate, now.plusSeconds(1))
                        instanceof PathValidation.Result.Invalid(var why)
                ? Optional.of(why)
                : Optional.empty();
    }

    private static Optional<String> notOf(
            X509Certificate certificate, List<X509Certificate> trusted, Instant now) {
        for (var one : trusted) {
            if (one.equals(certificate) || signed(certificate, one, now)) {
                return Optional.empty();
            }
        }
        return Optional.of("none of those that are to be trusted signed it");
    }

    private static boolean signed(
            X509Certificate certificate, X509Certificate authority, Instant now) {
        try {
            authority.checkValidity(java.util.Date.from(now));
            certificate.verify(authority.getPublicKey());
            return authority.getBasicConstraints() >= 0
                    && authority
                            .getSubjectX500Principal()
                            .equals(certificate.getIssuerX500Principal());
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /// Who it is.
    public String name() {
        return certificate.getSubjectX500Principal().getName();
    }

    /// SHA-256 of the certificate, in hexadecimal digits.
    public String fingerprint() {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(PrivateKeys.der(certificate)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /// CMS EnvelopedData as DER, which the certificate's owner alone opens.
    public byte[] seal(Secret content) {
        var copy = content.copy();
        try {
            return Envelopes.seal(copy, certificate, random);
        } finally {
            Arrays.fill(copy, (byte) 0);
        }
    }
}
