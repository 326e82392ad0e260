package io.postern.km.ca;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERBMPString;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.oiw.OIWObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.OutputEncryptor;
import org.bouncycastle.pkcs.PKCS12PfxPduBuilder;
import org.bouncycastle.pkcs.PKCS12SafeBag;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS12SafeBagBuilder;
import org.bouncycastle.pkcs.jcajce.JcePKCS12MacCalculatorBuilder;
import org.bouncycastle.pkcs.jcajce.JcePKCSPBEOutputEncryptorBuilder;

/// Keys and certificates as a PKCS #12 file. RFC 7292.
public final class Pkcs12 {
    // As OpenSSL has it. The passphrases are machine-made, so that no count must make up for them,
    // and ten thousand people enrol in an hour.
    private static final int ITERATIONS = 2_048;

    private Pkcs12() {}

    /// How a file is encrypted.
    public enum Form {
        /// PBES2 with AES-256-CBC and HMAC-SHA-256 for keys and certificates, MAC with SHA-256:
        /// OpenSSL, NSS, Windows 10 1709 and macOS 15 and later, Thunderbird.
        MODERN,
        /// pbeWithSHAAnd3-KeyTripleDES-CBC for both, MAC with SHA-1: what gpgsm 2.2 and old Windows
        /// and macOS read. Its strength is that of the passphrase: give one of 25 random
        /// characters.
        COMPATIBLE
    }

    /// A key with its certificate.
    ///
    /// @param friendlyName what programs show to people
    public record Entry(PrivateKey key, X509Certificate certificate, String friendlyName) {
        /// The name alone; nothing of the key.
        @Override
        public String toString() {
            return "Entry[" + friendlyName + "]";
        }
    }

    /// The file. The salt of the MAC alone comes from the library's own generator.
    ///
    /// @param entries one or more; several for an address's whole history
    /// @param chain of their authorities, the issuing one first; the root too, so that people see
    ///   it (programs still ask whether to trust it)
    /// @param passphrase printable ASCII, for programs differ on all else; not empty, and not kept:
    ///   the caller overwrites it
    public static byte[] write(
            List<Entry> entries,
            List<X509Certificate> chain,
            char[] passphrase,
            Form form,
            SecureRandom random) {
        if (entries.isEmpty() || !isPassphrase(passphrase)) {
            throw new IllegalArgumentException(
                    "a PKCS #12 file needs a key, and a passphrase of printable ASCII");
        }
        try {
            var file = new PKCS12PfxPduBuilder();
            var certificates = new ArrayList<PKCS12SafeBag>();
            for (var entry : entries) {
                var name = new DERBMPString(entry.friendlyName());
                var id = new DEROctetString(fingerprint(entry.certificate()));
                file.addData(
                        new JcaPKCS12SafeBagBuilder(
                                        entry.key(), encryptor(form, passphrase, random))
                                .addBagAttribute(PKCSObjectIdentifiers.pkcs_9_at_friendlyName, name)
                                .addBagAttribute(PKCSObjectIdentifiers.pkcs_9_at_localKeyId, id)
                                .build());
                certificates.add(
                        new JcaPKCS12SafeBagBuilder(entry.certificate())
                                .addBagAttribute(PKCSObjectIdentifiers.pkcs_9_at_friendlyName, name)
                                .addBagAttribute(PKCSObjectIdentifiers.pkcs_9_at_localKeyId, id)
                                .build());
            }
            for (var authority : chain) {
                certificates.add(new JcaPKCS12SafeBagBuilder(authority).build());
            }
            file.addEncryptedData(
                    encryptor(form, passphrase, random),
                    certificates.toArray(PKCS12SafeBag[]::new));
            return file.build(mac(form), passphrase).getEncoded("DER");
        } catch (IOException
                | GeneralSecurityException
                | OperatorCreationException
                | PKCSException e) {
            throw new CaException("the PKCS #12 file can't be made", e);
        }
    }

    private static boolean isPassphrase(char[] text) {
        for (char c : text) {
            if (c < ' ' || c > '~') {
                return false;
            }
        }
        return text.length > 0;
    }

    /// What ties key and certificate together; OpenSSL takes the same.
    private static byte[] fingerprint(X509Certificate certificate) throws GeneralSecurityException {
        return MessageDigest.getInstance("SHA-1").digest(certificate.getEncoded());
    }

    private static OutputEncryptor encryptor(Form form, char[] passphrase, SecureRandom random)
            throws OperatorCreationException {
        return (switch (form) {
                    case MODERN -> modern();
                    case COMPATIBLE ->
                            new JcePKCSPBEOutputEncryptorBuilder(
                                    PKCSObjectIdentifiers.pbeWithSHAAnd3_KeyTripleDES_CBC);
                })
                .setProvider(Library.PROVIDER)
                .setRandom(random)
                .setIterationCount(ITERATIONS)
                .build(passphrase);
    }

    private static JcePKCSPBEOutputEncryptorBuilder modern() {
        return new JcePKCSPBEOutputEncryptorBuilder(NISTObjectIdentifiers.id_aes256_CBC)
                .setPRF(
                        new AlgorithmIdentifier(
                                PKCSObjectIdentifiers.id_hmacWithSHA256, DERNull.INSTANCE));
    }

    private static JcePKCS12MacCalculatorBuilder mac(Form form) {
        ASN1ObjectIdentifier hash =
                switch (form) {
                    case MODERN -> NISTObjectIdentifiers.id_sha256;
                    case COMPATIBLE -> OIWObjectIdentifiers.idSHA1;
                };
        return new JcePKCS12MacCalculatorBuilder(hash)
                .setProvider(Library.PROVIDER)
                .setIterationCount(ITERATIONS);
    }

    /// Not installed for the process, and made when it is first needed: it takes a third of a
    /// second.
    private static final class Library {
        static final Provider PROVIDER = new BouncyCastleProvider();
    }
}
