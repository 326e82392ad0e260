package io.postern.km.ca;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.bouncycastle.cms.CMSAlgorithm;
import org.bouncycastle.cms.CMSEnvelopedDataGenerator;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.RecipientInfoGenerator;
import org.bouncycastle.cms.jcajce.JceCMSContentEncryptorBuilder;
import org.bouncycastle.cms.jcajce.JceKeyAgreeRecipientInfoGenerator;
import org.bouncycastle.cms.jcajce.JceKeyTransRecipientInfoGenerator;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/// Octets for one certificate's owner: CMS EnvelopedData (RFC 5652 §6) with AES-256-CBC, and RSA
/// PKCS #1 v1.5 or, for a key on a curve, ephemeral ECDH with SHA-256 and AES-256 wrap (RFC 5753).
/// OpenSSL reads both, NSS and gpgsm the first; none of them reads OAEP of everybody.
public final class Envelopes {
    private static final String EMAIL_PROTECTION = "1.3.6.1.5.5.7.3.4";
    private static final String ANY_PURPOSE = "2.5.29.37.0";
    private static final int KEY_ENCIPHERMENT = 2;
    private static final int KEY_AGREEMENT = 4;
    private static final Pattern PEM =
            Pattern.compile(
                    "-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\\s]*+)-----END CERTIFICATE-----");

    private Envelopes() {}

    /// Certificates as PEM or DER, one after another, whatever else is in a PEM file; empty when
    /// there is none.
    public static List<X509Certificate> certificates(byte[] text) {
        try {
            var pem = PEM.matcher(new String(text, StandardCharsets.ISO_8859_1));
            var der = new ByteArrayOutputStream();
            while (pem.find()) {
                der.writeBytes(Base64.getMimeDecoder().decode(pem.group(1)));
            }
            return CertificateFactory.getInstance("X.509")
                    .generateCertificates(
                            new ByteArrayInputStream(der.size() > 0 ? der.toByteArray() : text))
                    .stream()
                    .map(X509Certificate.class::cast)
                    .toList();
        } catch (GeneralSecurityException | RuntimeException e) {
            return List.of();
        }
    }

    /// Why nothing can be encrypted to it; empty when it can. Whom it leads to is another question.
    public static Optional<String> unfit(X509Certificate certificate, Instant now) {
        if (now.isBefore(certificate.getNotBefore().toInstant())
                || now.isAfter(certificate.getNotAfter().toInstant())) {
            return Optional.of(
                    "it is valid from %s to %s"
                            .formatted(
                                    certificate.getNotBefore().toInstant(),
                                    certificate.getNotAfter().toInstant()));
        }
        var weak = KeyStrength.ofSubscriber(certificate.getPublicKey());
        if (weak.isPresent()) {
            return weak;
        }
        var usage = certificate.getKeyUsage();
        boolean rsa = certificate.getPublicKey() instanceof RSAPublicKey;
        if (usage != null && !usage[rsa ? KEY_ENCIPHERMENT : KEY_AGREEMENT]) {
            return Optional.of("its key is not for encryption: name the one that encrypts");
        }
        try {
            var purposes = certificate.getExtendedKeyUsage();
            return purposes == null
                            || purposes.contains(EMAIL_PROTECTION)
                            || purposes.contains(ANY_PURPOSE)
                    ? Optional.empty()
                    : Optional.of("it is not for S/MIME (its extended key usage)");
        } catch (GeneralSecurityException e) {
            return Optional.of("its extended key usage can't be read");
        }
    }

    /// The envelope, as DER.
    ///
    /// @param content stays the caller's to zero
    /// @param recipient of which [#unfit] says nothing
    public static byte[] seal(byte[] content, X509Certificate recipient, SecureRandom random) {
        try {
            var generator = new CMSEnvelopedDataGenerator();
            generator.addRecipientInfoGenerator(recipient(recipient, random));
            return generator
                    .generate(
                            new CMSProcessableByteArray(content),
                            new JceCMSContentEncryptorBuilder(CMSAlgorithm.AES256_CBC)
                                    .setProvider(Library.PROVIDER)
                                    .setSecureRandom(random)
                                    .build())
                    .toASN1Structure()
                    .getEncoded("DER");
        } catch (CMSException | GeneralSecurityException | IOException e) {
            throw new CaException("nothing can be encrypted to that certificate", e);
        }
    }

    private static RecipientInfoGenerator recipient(
            X509Certificate certificate, SecureRandom random) throws GeneralSecurityException {
        if (!(certificate.getPublicKey() instanceof ECPublicKey point)) {
            return new JceKeyTransRecipientInfoGenerator(certificate).setProvider(Library.PROVIDER);
        }
        var pairs = KeyPairGenerator.getInstance("EC", Library.PROVIDER);
        pairs.initialize(point.getParams(), random);
        var ephemeral = pairs.generateKeyPair();
        return new JceKeyAgreeRecipientInfoGenerator(
                        CMSAlgorithm.ECDH_SHA256KDF,
                        ephemeral.getPrivate(),
                        ephemeral.getPublic(),
                        CMSAlgorithm.AES256_WRAP)
                .setProvider(Library.PROVIDER)
                .setSecureRandom(random)
                .addRecipient(certificate);
    }

    /// Not installed for the process, and made when it is first needed.
    private static final class Library {
        static final Provider PROVIDER = new BouncyCastleProvider();
    }
}
