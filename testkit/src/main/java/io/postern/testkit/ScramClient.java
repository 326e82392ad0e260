package io.postern.testkit;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/// The client's side of SCRAM-SHA-256, written from RFC 5802 §3 and not from the server's code.
public final class ScramClient {
    private final String header;
    private final byte[] binding;
    private final String bare;
    private final String password;
    private String serverSignature = "";

    /// @param header the GS2 header, such as `n,,` or `p=tls-exporter,,`
    /// @param binding the channel binding data; empty when there is none
    public ScramClient(String header, byte[] binding, String user, String password, String nonce) {
        this.header = header;
        this.binding = binding.clone();
        this.bare = "n=" + user.replace("=", "=3D").replace(",", "=2C") + ",r=" + nonce;
        this.password = password;
    }

    /// The client-first-message.
    public String first() {
        return header + bare;
    }

    /// The client-final-message to that server-first-message.
    public String last(String challenge) {
        var nonce = value(challenge, "r=");
        var salt = Base64.getDecoder().decode(value(challenge, "s="));
        int iterations = Integer.parseInt(value(challenge, "i="));
        var prefix = header.getBytes(StandardCharsets.UTF_8);
        var bound = new byte[prefix.length + binding.length];
        System.arraycopy(prefix, 0, bound, 0, prefix.length);
        System.arraycopy(binding, 0, bound, prefix.length, binding.length);
        var without = "c=" + Base64.getEncoder().encodeToString(bound) + ",r=" + nonce;
        var authMessage = bare + "," + challenge + "," + without;
        try {
            var salted =
                    SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                            .generateSecret(
                                    new PBEKeySpec(password.toCharArray(), salt, iterations, 256))
                            .getEncoded();
            var clientKey = hmac(salted, "Client Key");
            var storedKey = MessageDigest.getInstance("SHA-256").digest(clientKey);
            var proof = hmac(storedKey, authMessage);
            for (int i = 0; i < proof.length; i++) {
                proof[i] ^= clientKey[i];
            }
            serverSignature =
                    Base64.getEncoder()
                            .encodeToString(hmac(hmac(salted, "Server Key"), authMessage));
            return without + ",p=" + Base64.getEncoder().encodeToString(proof);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Whether this server-final-message shows that the server knows the password's keys.
    public boolean trusts(String message) {
        return message.equals("v=" + serverSignature);
    }

    private static String value(String message, String name) {
        for (var part : message.split(",", -1)) {
            if (part.startsWith(name)) {
                return part.substring(name.length());
            }
        }
        throw new IllegalArgumentException("no " + name + " in " + message);
    }

    private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    }
}
