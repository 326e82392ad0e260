package io.postern.km.ca;

import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.interfaces.ECKey;
import java.security.interfaces.RSAKey;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// Signatures by an authority's or a responder's key, computed by the first of the installed
/// providers. CA/B S/MIME BR 7.1.3.2: the hash goes by the curve; RSA with PKCS #1 v1.5, which
/// gpgsm and NSS read everywhere.
final class Signing {
    private Signing() {}

    static ContentSigner by(Issuer issuer, SecureRandom random) {
        return by(issuer.key(), issuer.certificate().getPublicKey(), random);
    }

    static ContentSigner by(PrivateKey key, PublicKey itsPublic, SecureRandom random) {
        try {
            return new JcaContentSignerBuilder(algorithm(itsPublic))
                    .setSecureRandom(random)
                    .build(key);
        } catch (OperatorCreationException e) {
            throw new CaException("this key can't sign", e);
        }
    }

    private static String algorithm(PublicKey key) {
        return switch (key) {
            case RSAKey _ -> "SHA256WithRSA";
            case ECKey ec when ec.getParams().getOrder().bitLength() > 256 -> "SHA384WithECDSA";
            case ECKey _ -> "SHA256WithECDSA";
            default ->
                    throw new IllegalArgumentException(
                            "keys of " + key.getAlgorithm() + " do not sign here: RSA or EC");
        };
    }
}
