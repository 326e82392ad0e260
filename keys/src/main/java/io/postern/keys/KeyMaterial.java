package io.postern.keys;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Arrays;
import java.util.Base64;

/// A private key with its public half, proven to belong together.
///
/// @param publicKey the value of `p=`
record KeyMaterial(KeyType type, int bits, String publicKey, PrivateKey privateKey) {
    /// The AlgorithmIdentifier of Ed25519 in a version 1 PKCS#8 (RFC 8410 §7), up to the seed.
    private static final byte[] ED25519_PREFIX = {
        0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20
    };

    private static final int SEED = 32;

    static KeyMaterial generate(KeyType type, int bits, SecureRandom random) {
        try {
            return switch (type) {
                case RSA -> {
                    var generator = KeyPairGenerator.getInstance("RSA");
                    generator.initialize(bits, random);
                    yield rsa(generator.generateKeyPair().getPrivate());
                }
                case ED25519 -> {
                    var seed = new byte[SEED];
                    random.nextBytes(seed);
                    yield ed25519(seed);
                }
            };
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot make a key of type " + type.tag(), e);
        }
    }

    /// The key of a PKCS#8 encoding that we wrote.
    static PrivateKey decode(KeyType type, byte[] pkcs8) throws GeneralSecurityException {
        return KeyFactory.getInstance(factory(type))
                .generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
    }

    private static String factory(KeyType type) {
        return switch (type) {
            case RSA -> "RSA";
            case ED25519 -> "Ed25519";
        };
    }

    /// @throws GeneralSecurityException when it is not a whole RSA key
    static KeyMaterial rsa(byte[] pkcs8) throws GeneralSecurityException {
        return rsa(decode(KeyType.RSA, pkcs8));
    }

    private static KeyMaterial rsa(PrivateKey key) throws GeneralSecurityException {
        if (!(key instanceof RSAPrivateCrtKey crt)) {
            throw new GeneralSecurityException("parts of the key are missing");
        }
        var spec = new RSAPublicKeySpec(crt.getModulus(), crt.getPublicExponent());
        var publicKey = KeyFactory.getInstance("RSA").generatePublic(spec);
        prove(KeyType.RSA, key, publicKey);
        var p = Base64.getEncoder().encodeToString(publicKey.getEncoded());
        return new KeyMaterial(KeyType.RSA, crt.getModulus().bitLength(), p, key);
    }

    /// @param seed 32 octets
    static KeyMaterial ed25519(byte[] seed) throws GeneralSecurityException {
        var pkcs8 = Arrays.copyOf(ED25519_PREFIX, ED25519_PREFIX.length + SEED);
        System.arraycopy(seed, 0, pkcs8, ED25519_PREFIX.length, SEED);
        var key = decode(KeyType.ED25519, pkcs8);
        var publicKey = pair(seed).getPublic();
        // Also shows that the generator did take the seed for its randomness.
        prove(KeyType.ED25519, key, publicKey);
        var encoded = publicKey.getEncoded();
        var raw = Arrays.copyOfRange(encoded, encoded.length - SEED, encoded.length);
        Arrays.fill(pkcs8, (byte) 0);
        return new KeyMaterial(KeyType.ED25519, 256, Base64.getEncoder().encodeToString(raw), key);
    }

    /// The JDK derives the public half of an Ed25519 key only when it makes the key: so it makes
    /// this one, with the seed in place of randomness.
    private static KeyPair pair(byte[] seed) throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("Ed25519", "SunEC");
        generator.initialize(NamedParameterSpec.ED25519, new Seed(seed));
        return generator.generateKeyPair();
    }

    private static final class Seed extends SecureRandom {
        private static final long serialVersionUID = 1L;
        private final byte[] seed;

        Seed(byte[] seed) {
            this.seed = seed.clone();
        }

        @Override
        public void nextBytes(byte[] to) {
            System.arraycopy(seed, 0, to, 0, to.length);
        }
    }

    private static void prove(KeyType type, PrivateKey key, PublicKey publicKey)
            throws GeneralSecurityException {
        byte[] text = {1};
        var signer = Signature.getInstance(type.signatureName());
        signer.initSign(key);
        signer.update(text);
        var verifier = Signature.getInstance(type.signatureName());
        verifier.initVerify(publicKey);
        verifier.update(text);
        if (!verifier.verify(signer.sign())) {
            throw new GeneralSecurityException("its halves do not belong together");
        }
    }

    @Override
    public String toString() {
        return "KeyMaterial[" + type.tag() + " " + bits + "]";
    }
}
