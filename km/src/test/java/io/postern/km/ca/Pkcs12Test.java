package io.postern.km.ca;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("RFC 7292 PKCS #12")
class Pkcs12Test {
    private static final char[] PASSPHRASE = "q7VY-0123-ab cd".toCharArray();
    private final TestCa pki = new TestCa();

    private byte[] written(Pkcs12.Form form, KeyStore.PrivateKeyEntry... entries) {
        return Pkcs12.write(
                List.of(entries).stream()
                        .map(one ->
                                new Pkcs12.Entry(
                                        one.getPrivateKey(),
                                        (X509Certificate) one.getCertificate(),
                                        "Reader " + one.getPrivateKey().getAlgorithm()))
                        .toList(),
                List.of(pki.ca.certificate(), pki.root.certificate()),
                PASSPHRASE,
                form,
                TestCa.RANDOM);
    }

    private KeyStore.PrivateKeyEntry entry(KeyKind kind) {
        var keys = kind.generate(TestCa.RANDOM);
        return new KeyStore.PrivateKeyEntry(
                keys.getPrivate(), new Certificate[] {pki.issue(keys, Usage.BOTH)});
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    @DisplayName("the JDK reads keys, names and chains of both forms")
    void read(Pkcs12.Form form) throws Exception {
        var rsa = entry(KeyKind.RSA_3072);
        var ec = entry(KeyKind.P_256);
        var store = KeyStore.getInstance("PKCS12");
        store.load(new ByteArrayInputStream(written(form, rsa, ec)), PASSPHRASE);
        assertEquals(
                List.of("reader ec", "reader rsa"),
                Collections.list(store.aliases()).stream()
                        .filter(alias -> {
                            try {
                                return store.isKeyEntry(alias);
                            } catch (KeyStoreException e) {
                                throw new AssertionError(e);
                            }
                        })
                        .sorted()
                        .toList());
        assertArrayEquals(
                rsa.getPrivateKey().getEncoded(),
                store.getKey("reader rsa", PASSPHRASE).getEncoded());
        assertArrayEquals(
                new Object[] {ec.getCertificate(), pki.ca.certificate(), pki.root.certificate()},
                store.getCertificateChain("reader ec"));
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    @DisplayName("§4 a wrong passphrase opens nothing, and the address is not readable without it")
    void sealed(Pkcs12.Form form) throws Exception {
        var file = written(form, entry(KeyKind.P_256));
        var store = KeyStore.getInstance("PKCS12");
        assertThrows(
                IOException.class,
                () -> store.load(new ByteArrayInputStream(file), "other".toCharArray()));
        assertTrue(
                !new String(file, StandardCharsets.ISO_8859_1).contains("reader@example.com"),
                "the certificate is in clear");
    }

    @Test
    @DisplayName("no file without a passphrase, and nothing of a key is printed")
    void masked() {
        var one = entry(KeyKind.P_256);
        var entry =
                new Pkcs12.Entry(
                        one.getPrivateKey(), (X509Certificate) one.getCertificate(), "Reader");
        assertEquals("Entry[Reader]", entry.toString());
        assertThrows(
                IllegalArgumentException.class,
                () ->
                        Pkcs12.write(
                                List.of(entry),
                                List.of(),
                                new char[0],
                                Pkcs12.Form.MODERN,
                                TestCa.RANDOM));
    }
}
