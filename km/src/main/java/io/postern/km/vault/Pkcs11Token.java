package io.postern.km.vault;

import io.postern.km.secret.KmException;
import io.postern.km.secret.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.AuthProvider;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.ProviderException;
import java.security.SecureRandom;
import java.security.Security;
import java.util.Arrays;
import java.util.stream.Collectors;
import javax.crypto.Cipher;
import javax.crypto.KeyGenerator;
import javax.crypto.spec.GCMParameterSpec;
import javax.security.auth.login.LoginException;

/// A PKCS #11 token that somebody logged in to: an AES key in it, which never leaves it, wraps what
/// opens a vault. By the JDK's SunPKCS11. Confined to one thread; closing it logs out.
public final class Pkcs11Token implements AutoCloseable {
    /// The label of the key when nobody names another.
    public static final String KEY = "postern-km";

    private static final int NONCE = 12;
    private static final int TAG = 16;

    private final String label;
    private final AuthProvider provider;
    private final KeyStore store;

    private Pkcs11Token(String label, AuthProvider provider, KeyStore store) {
        this.label = label;
        this.provider = provider;
        this.store = store;
    }

    /// Logs in.
    ///
    /// @param library of the token's maker
    /// @param token its label
    /// @param pin of its user; stays the caller's to close
    /// @throws KmException when library or token are missing, or the PIN is wrong
    public static Pkcs11Token open(Path library, String token, Secret pin) {
        if (library.toString().chars().anyMatch(c -> c < ' ' || c == '$' || c == '#' || c == '"')) {
            throw new KmException(
                    "the library's path has characters that can't be in it: move it elsewhere");
        }
        var path = library.toAbsolutePath();
        var all = TokenList.of(path).stream().filter(one -> !one.label().isEmpty()).toList();
        var found = all.stream().filter(one -> one.label().equals(token)).toList();
        if (found.isEmpty()) {
            throw new KmException(
                    "there is no token \"%s\": is it plugged in? %s"
                            .formatted(
                                    token,
                                    all.isEmpty()
                                            ? "There is no other"
                                            : "There are these: "
                                                    + all.stream()
                                                            .map(TokenList.Token::label)
                                                            .collect(Collectors.joining(", "))));
        }
        if (found.size() > 1) {
            throw new KmException(
                    "there are %d tokens \"%s\": unplug all but one"
                            .formatted(found.size(), token));
        }
        if (found.getFirst().locked()) {
            throw new KmException(
                    "the PIN of token \"%s\" is locked after too many wrong ones: its security officer can set a new one; open the vault another way meanwhile"
                            .formatted(token));
        }
        return login(path, found.getFirst(), pin);
    }

    private static Pkcs11Token login(Path library, TokenList.Token token, Secret pin) {
        var characters = pin.characters();
        try {
            var provider = (AuthProvider) provider(library, token);
            var store = KeyStore.getInstance("PKCS11", provider);
            store.load(null, characters);
            return new Pkcs11Token(token.label(), provider, store);
        } catch (IOException e) {
            throw refused(token, e);
        } catch (GeneralSecurityException | ProviderException e) {
            throw new KmException(
                    "token \"%s\" can't be used: %s".formatted(token.label(), e.getMessage()), e);
        } finally {
            Arrays.fill(characters, '\0');
        }
    }

    private static java.security.Provider provider(Path library, TokenList.Token token) {
        var general = Security.getProvider("SunPKCS11");
        if (general == null) {
            throw new KmException(
                    "this Java has no SunPKCS11 provider: use a JDK with the module jdk.crypto.cryptoki");
        }
        return general.configure(
                """
                --name = postern-%d
                library = %s
                slot = %d
                attributes(generate, CKO_SECRET_KEY, CKK_AES) = {
                    CKA_PRIVATE = true
                    CKA_SENSITIVE = true
                    CKA_EXTRACTABLE = false
                }
                """
                        .formatted(token.slot(), library, token.slot()));
    }

    private static KmException refused(TokenList.Token token, IOException e) {
        var causes = new StringBuilder();
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            causes.append(cause.getMessage()).append(' ');
        }
        var all = causes.toString();
        if (all.contains("CKR_PIN_LOCKED")) {
            return new KmException(
                    "the PIN of token \"%s\" is locked: its security officer can set a new one; open the vault another way meanwhile"
                            .formatted(token.label()),
                    e);
        }
        if (all.contains("CKR_PIN_INCORRECT") || all.contains("CKR_PIN_LEN_RANGE")) {
            return new KmException(
                    "wrong PIN of token \"%s\". %s"
                            .formatted(
                                    token.label(),
                                    token.finalTry()
                                            ? "That was the last try but one, or the last: make sure of it before you go on"
                                            : "Each wrong one counts: after a few the token locks itself"),
                    e);
        }
        return new KmException(
                "token \"%s\" does not let in: %s".formatted(token.label(), all.strip()), e);
    }

    /// The token's label.
    String label() {
        return label;
    }

    /// Makes the key in the token, unless there is one of that label.
    ///
    /// @throws KmException when it can't be made, or is none that may be used
    public void makeKey(String keyLabel) {
        try {
            if (!store.containsAlias(keyLabel)) {
                var generator = KeyGenerator.getInstance("AES", provider);
                generator.init(256);
                store.setEntry(
                        keyLabel, new KeyStore.SecretKeyEntry(generator.generateKey()), null);
            }
        } catch (GeneralSecurityException | ProviderException e) {
            throw new KmException(
                    "token \"%s\" makes no AES key of 256 bits: %s; is it full, or write-protected?"
                            .formatted(label, e.getMessage()),
                    e);
        }
        if (key(keyLabel).getEncoded() != null) {
            throw new KmException(
                    "the key \"%s\" can be taken out of token \"%s\": name another with --key"
                            .formatted(keyLabel, label));
        }
    }

    private Key key(String keyLabel) {
        try {
            var key = store.getKey(keyLabel, null);
            if (key == null || !key.getAlgorithm().equals("AES")) {
                throw new KmException(
                        "the AES key \"%s\" is not in token \"%s\" any more: open the vault another way, and make a new slot"
                                .formatted(keyLabel, label));
            }
            return key;
        } catch (GeneralSecurityException | ProviderException e) {
            throw new KmException(
                    "token \"%s\" does not give its keys: %s".formatted(label, e.getMessage()), e);
        }
    }

    /// Encrypted by the token: nonce, ciphertext, tag.
    byte[] wrap(String keyLabel, byte[] octets, String bound, SecureRandom random) {
        var nonce = new byte[NONCE];
        random.nextBytes(nonce);
        try {
            var sealed = gcm(Cipher.ENCRYPT_MODE, keyLabel, nonce, bound).doFinal(octets);
            return java.nio.ByteBuffer.allocate(NONCE + sealed.length)
                    .put(nonce)
                    .put(sealed)
                    .array();
        } catch (GeneralSecurityException | ProviderException e) {
            throw new KmException(
                    "token \"%s\" does not encrypt by AES-GCM: %s".formatted(label, e.getMessage()),
                    e);
        }
    }

    /// Of [#wrap]; the caller zeroes it.
    byte[] unwrap(String keyLabel, byte[] wrapped, String bound) {
        if (wrapped.length < NONCE + TAG) {
            throw new KmException("the slot is damaged: open the vault another way and remove it");
        }
        try {
            return gcm(Cipher.DECRYPT_MODE, keyLabel, Arrays.copyOf(wrapped, NONCE), bound)
                    .doFinal(wrapped, NONCE, wrapped.length - NONCE);
        } catch (GeneralSecurityException | ProviderException e) {
            throw new KmException(
                    "the key \"%s\" of token \"%s\" does not open the vault: it was made anew, or the slot was changed; open the vault another way, and make a new slot"
                            .formatted(keyLabel, label),
                    e);
        }
    }

    private Cipher gcm(int mode, String keyLabel, byte[] nonce, String bound)
            throws GeneralSecurityException {
        var gcm = Cipher.getInstance("AES/GCM/NoPadding", provider);
        gcm.init(mode, key(keyLabel), new GCMParameterSpec(TAG * 8, nonce));
        gcm.updateAAD(bound.getBytes(StandardCharsets.UTF_8));
        return gcm;
    }

    /// Logs out.
    @Override
    public void close() {
        try {
            provider.logout();
        } catch (LoginException | ProviderException _) {
            // It was pulled out: nobody is logged in to it.
        }
    }

    /// The label alone.
    @Override
    public String toString() {
        return "Pkcs11Token[" + label + "]";
    }
}
