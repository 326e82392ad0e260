package io.postern.km.consent;

import io.postern.km.audit.CanonicalJson;
import io.postern.km.secret.KmException;
import io.postern.km.secret.Octets;
import io.postern.km.secret.Secret;
import io.postern.km.vault.PassphraseBox;
import java.security.SecureRandom;
import java.security.spec.InvalidKeySpecException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/// An approver's own key, with its private half. It is kept in a file of theirs, under a passphrase
/// of theirs; the vault only ever sees the public half.
public final class ApproverKey implements AutoCloseable {
    private static final String KIND = "postern/km/v1/approver-key";

    private final Approver approver;
    private final Secret pkcs8;

    private ApproverKey(Approver approver, Secret pkcs8) {
        this.approver = approver;
        this.pkcs8 = pkcs8;
    }

    /// A new one; the caller closes it.
    public static ApproverKey make(String name, SecureRandom random) {
        var pair = Ed25519.generate(random);
        return new ApproverKey(
                new Approver(name, Ed25519.publicOctets(pair)),
                Secret.of(pair.getPrivate().getEncoded()));
    }

    /// Whose it is.
    public Approver approver() {
        return approver;
    }

    /// The text of its file.
    ///
    /// @throws KmException when the passphrase is too short
    public String file(Secret passphrase, SecureRandom random) {
        var box = PassphraseBox.seal(pkcs8, passphrase, bound(approver), random);
        var object = new TreeMap<String, Object>();
        object.put("kind", KIND);
        object.put("name", approver.name());
        object.put("public", HexFormat.of().formatHex(approver.publicKey().copy()));
        object.put("argon2id", box.parameters());
        object.put("sealed", Base64.getEncoder().encodeToString(box.octets().copy()));
        return CanonicalJson.write(object);
    }

    private static String bound(Approver approver) {
        return KIND + "|" + approver.printed();
    }

    /// Of the text of its file; the caller closes it.
    ///
    /// @throws KmException when the text is none, or the passphrase is wrong
    public static ApproverKey read(String text, Secret passphrase) {
        var object = CanonicalJson.read(text.strip()).orElse(Map.of());
        if (!KIND.equals(object.get("kind"))
                || !(object.get("name") instanceof String name)
                || !(object.get("public") instanceof String publicKey)
                || !(object.get("argon2id") instanceof String parameters)
                || !(object.get("sealed") instanceof String sealed)) {
            throw new KmException(
                    "that is no approver's key: `postern km approver new NAME --out FILE` makes one");
        }
        Approver approver;
        PassphraseBox box;
        try {
            approver = new Approver(name, new Octets(HexFormat.of().parseHex(publicKey)));
            box = new PassphraseBox(parameters, new Octets(Base64.getDecoder().decode(sealed)));
        } catch (IllegalArgumentException e) {
            throw new KmException("the approver's key was changed: take a copy of it", e);
        }
        return new ApproverKey(
                approver,
                box.open(passphrase, bound(approver))
                        .orElseThrow(() ->
                                new KmException(
                                        "wrong passphrase of the approver's key of %s, or its file was changed"
                                                .formatted(approver.name()))));
    }

    /// Agrees to a request.
    ///
    /// @return the signature in base 64
    public String sign(ActRequest request) {
        try {
            return Base64.getEncoder().encodeToString(Ed25519.sign(pkcs8, request.signed()));
        } catch (InvalidKeySpecException e) {
            throw new KmException("the approver's key is damaged: take a copy of it", e);
        }
    }

    /// Zeroes it.
    @Override
    public void close() {
        pkcs8.close();
    }

    /// The name alone.
    @Override
    public String toString() {
        return "ApproverKey[" + approver.name() + "]";
    }
}
