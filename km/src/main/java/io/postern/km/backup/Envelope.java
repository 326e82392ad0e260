package io.postern.km.backup;

import io.postern.km.secret.KmException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import org.bouncycastle.cms.CMSAlgorithm;
import org.bouncycastle.cms.CMSEnvelopedDataParser;
import org.bouncycastle.cms.CMSEnvelopedDataStreamGenerator;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.jcajce.JceCMSContentEncryptorBuilder;
import org.bouncycastle.cms.jcajce.JceKeyAgreeEnvelopedRecipient;
import org.bouncycastle.cms.jcajce.JceKeyAgreeRecipientInfoGenerator;
import org.bouncycastle.cms.jcajce.JceKeyTransEnvelopedRecipient;
import org.bouncycastle.cms.jcajce.JceKeyTransRecipientInfoGenerator;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/// A file encrypted to one certificate: CMS EnvelopedData (RFC 5652 §6), AES-256-CBC, the key by
/// RSA or by ECDH (RFC 5753). Integrity is the backup's own: its hash and its signature. Streamed:
/// any size in constant memory. `openssl cms -decrypt -inform DER` reads it as well.
public final class Envelope {
    private static final int SEQUENCE = 0x30;

    /// The JDK has no ECDH with the derivation of RFC 5753.
    private static final Provider KEY_AGREEMENT = new BouncyCastleProvider();

    private Envelope() {}

    /// Whether a file begins as one.
    public static boolean is(Path file) {
        try (var in = Files.newInputStream(file)) {
            return in.read() == SEQUENCE;
        } catch (IOException e) {
            throw new KmException(file + " can't be read: " + e.getMessage(), e);
        }
    }

    /// Encrypts a file to the holder of a certificate's key.
    ///
    /// @throws KmException when the certificate's key can't be used, or a file not
    public static void seal(Path plain, X509Certificate to, Path sealed, SecureRandom random) {
        var generator = new CMSEnvelopedDataStreamGenerator();
        try {
            recipient(generator, to, random);
            var encryptor =
                    new JceCMSContentEncryptorBuilder(CMSAlgorithm.AES256_CBC)
                            .setSecureRandom(random)
                            .build();
            Files.createFile(
                    sealed,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
            try (var out = Files.newOutputStream(sealed);
                    var in = generator.open(out, encryptor)) {
                Files.copy(plain, in);
            }
            BackupFile.sync(sealed);
        } catch (GeneralSecurityException | CMSException e) {
            throw new KmException(
                    "nothing can be encrypted to this certificate ("
                            + e.getMessage()
                            + "): take one with an RSA or P-256 key, as `postern km move prepare` makes",
                    e);
        } catch (IOException e) {
            throw new KmException(sealed + " can't be written: " + e, e);
        }
    }

    private static void recipient(
            CMSEnvelopedDataStreamGenerator generator, X509Certificate to, SecureRandom random)
            throws GeneralSecurityException {
        var key = to.getPublicKey();
        if (key instanceof java.security.interfaces.RSAPublicKey) {
            generator.addRecipientInfoGenerator(new JceKeyTransRecipientInfoGenerator(to));
        } else if (key instanceof java.security.interfaces.ECPublicKey ec) {
            // RFC 5753 §3.1.1: a pair of our own on the recipient's curve, for this one message.
            var pairs = KeyPairGenerator.getInstance("EC");
            pairs.initialize(ec.getParams(), random);
            KeyPair ours = pairs.generateKeyPair();
            generator.addRecipientInfoGenerator(
                    new JceKeyAgreeRecipientInfoGenerator(
                                    CMSAlgorithm.ECDH_SHA256KDF,
                                    ours.getPrivate(),
                                    ours.getPublic(),
                                    CMSAlgorithm.AES256_WRAP)
                            .setProvider(KEY_AGREEMENT)
                            .addRecipient(to));
        } else {
            throw new KmException(
                    "nothing can be encrypted to a key of type "
                            + key.getAlgorithm()
                            + ": take a certificate with an RSA or P-256 key");
        }
    }

    /// Decrypts a file.
    ///
    /// @throws KmException when it is encrypted to another key, or damaged; then there is no file
    public static void open(Path sealed, PrivateKey key, Path plain) {
        boolean right = false;
        try (var in = new BufferedInputStream(Files.newInputStream(sealed))) {
            Files.createFile(
                    plain,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
            var recipients = new CMSEnvelopedDataParser(in).getRecipientInfos().getRecipients();
            if (recipients.size() != 1) {
                throw new KmException(sealed + " is not one that `postern km move` made");
            }
            var how =
                    key.getAlgorithm().equals("RSA")
                            ? new JceKeyTransEnvelopedRecipient(key)
                            : new JceKeyAgreeEnvelopedRecipient(key).setProvider(KEY_AGREEMENT);
            try (var content =
                            recipients.iterator().next().getContentStream(how).getContentStream();
                    var out = Files.newOutputStream(plain)) {
                content.transferTo(out);
            }
            right = true;
        } catch (CMSException | RuntimeException e) {
            if (e instanceof KmException known) {
                throw known;
            }
            // BC's parsers throw much on bad input, and the same for another's key.
            throw new KmException(
                    sealed
                            + " does not open with this machine's key: it is encrypted to another certificate, or damaged",
                    e);
        } catch (IOException e) {
            throw new KmException(sealed + " can't be read or decrypted: " + e, e);
        } finally {
            if (!right) {
                try {
                    Files.deleteIfExists(plain);
                } catch (IOException _) {
                    // The failure before this one is told.
                }
            }
        }
    }

    /// A pair of this kind can be the machine's.
    public static KeyPair newPair(SecureRandom random) {
        try {
            var pairs = KeyPairGenerator.getInstance("EC");
            pairs.initialize(new ECGenParameterSpec("secp256r1"), random);
            return pairs.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has P-256", e);
        }
    }
}
