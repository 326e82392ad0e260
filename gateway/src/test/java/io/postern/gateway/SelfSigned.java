package io.postern.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.Collections;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// Certificates of their own making, in PKCS#12 files, by the running JDK's keytool.
final class SelfSigned {
    static final String PASSWORD = "changeit";

    private SelfSigned() {}

    /// Makes a key and a certificate for a host, with [#PASSWORD].
    static void make(Path file, String host) throws IOException, InterruptedException {
        var process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                "-genkeypair",
                                "-alias",
                                "gw",
                                "-keyalg",
                                "EC",
                                "-groupname",
                                "secp256r1",
                                "-dname",
                                "CN=" + host,
                                "-ext",
                                "SAN=dns:" + host,
                                "-validity",
                                "90",
                                "-storetype",
                                "PKCS12",
                                "-keystore",
                                file.toString(),
                                "-storepass",
                                PASSWORD)
                        .redirectErrorStream(true)
                        .start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), said);
    }

    /// Writes key and certificate of such a file as PEM.
    static void pem(Path file, Path to) throws IOException, GeneralSecurityException {
        var store = read(file);
        var alias = store.aliases().nextElement();
        var key = store.getKey(alias, PASSWORD.toCharArray());
        Files.writeString(
                to,
                block("CERTIFICATE", store.getCertificate(alias).getEncoded())
                        + block("PRIVATE KEY", key.getEncoded()));
    }

    private static String block(String name, byte[] der) {
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
                .formatted(name, Base64.getMimeEncoder().encodeToString(der), name);
    }

    /// A context that shows one of them, and trusts nobody but the holder of another.
    static SSLContext context(Path own, Path trusted) throws IOException, GeneralSecurityException {
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(read(own), PASSWORD.toCharArray());
        var other = read(trusted);
        var authorities = KeyStore.getInstance("PKCS12");
        authorities.load(null, null);
        for (var alias : Collections.list(other.aliases())) {
            authorities.setCertificateEntry(alias, other.getCertificate(alias));
        }
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(authorities);
        var context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    private static KeyStore read(Path file) throws IOException, GeneralSecurityException {
        var store = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(file)) {
            store.load(in, PASSWORD.toCharArray());
        }
        return store;
    }
}
