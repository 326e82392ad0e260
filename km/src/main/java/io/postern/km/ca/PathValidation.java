package io.postern.km.ca;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.cert.CRL;
import java.security.cert.CRLException;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXCertPathBuilderResult;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// Whether a certificate leads to one that is trusted, revocation included: the JDK's PKIX, which
/// fetches nothing and asks nobody here. RFC 5280 §6.
public final class PathValidation {
    private final CertStore store;
    private final Collection<X509Certificate> trusted;

    private PathValidation(CertStore store, Collection<X509Certificate> trusted) {
        this.store = store;
        this.trusted = List.copyOf(trusted);
    }

    /// What came of it.
    public sealed interface Result {
        /// It does.
        ///
        /// @param path from the certificate to the one that a trusted one signed
        record Valid(List<X509Certificate> path) implements Result {
            /// Copies the path.
            public Valid {
                path = List.copyOf(path);
            }
        }

        /// It does not, or nobody can say: without a list in force nothing is valid.
        record Invalid(String why) implements Result {}
    }

    /// A list as DER or PEM; empty when it is none.
    public static Optional<CRL> list(byte[] text) {
        try {
            return Optional.ofNullable(
                    CertificateFactory.getInstance("X.509")
                            .generateCRL(new ByteArrayInputStream(text)));
        } catch (CRLException | CertificateException | RuntimeException e) {
            return Optional.empty();
        }
    }

    /// Ready for many certificates; any number of threads.
    ///
    /// @param trusted roots; their own validity is not looked at (RFC 5280 §6.1.1 d)
    /// @param known authorities' certificates, in any order, also ones that lead nowhere
    /// @param lists revocation lists, also old ones and others'
    public static PathValidation of(
            Collection<X509Certificate> trusted,
            Collection<X509Certificate> known,
            Collection<? extends CRL> lists) {
        var all = new ArrayList<Object>(known);
        all.addAll(lists);
        try {
            return new PathValidation(
                    CertStore.getInstance("Collection", new CollectionCertStoreParameters(all)),
                    trusted);
        } catch (GeneralSecurityException e) {
            throw new CaException("no provider has certificate stores", e);
        }
    }

    /// Judges that certificate as of then. Never throws for what is in it.
    public Result of(X509Certificate certificate, Instant at) {
        var target = new X509CertSelector();
        target.setCertificate(certificate);
        try {
            var parameters =
                    new PKIXBuilderParameters(
                            trusted.stream()
                                    .map(one -> new TrustAnchor(one, null))
                                    .collect(Collectors.toSet()),
                            target);
            parameters.setRevocationEnabled(true);
            parameters.setDate(Date.from(at));
            parameters.addCertStore(store);
            var result = CertPathBuilder.getInstance("PKIX").build(parameters);
            return new Result.Valid(
                    ((PKIXCertPathBuilderResult) result)
                            .getCertPath().getCertificates().stream()
                                    .map(X509Certificate.class::cast)
                                    .toList());
        } catch (CertPathBuilderException e) {
            return new Result.Invalid(why(e));
        } catch (GeneralSecurityException | RuntimeException e) {
            return new Result.Invalid("can't be judged: " + e.getMessage());
        }
    }

    private static String why(CertPathBuilderException thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertPathValidatorException precise) {
                return precise.getReason() + ": " + precise.getMessage();
            }
        }
        return String.valueOf(thrown.getMessage());
    }
}
