package io.postern.gateway.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.gateway.config.Certificate;
import io.postern.testkit.TestCertificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What is wrong with a listener's TLS files stops the start, with the file's name.
@DisplayName("a listener's certificate and key")
class CertificateReaderTest {
    /// Made by: openssl req -x509 -newkey ed25519 -nodes -keyout /dev/null -subj /CN=gw.example.com
    private static final String CERTIFICATE =
            """
            -----BEGIN CERTIFICATE-----
            MIIBSDCB+6ADAgECAhRE4TkR2AnnqaZF+PdZZCTwXWv3LzAFBgMrZXAwGTEXMBUG
            A1UEAwwOZ3cuZXhhbXBsZS5jb20wIBcNMjYxMTIyMDcwMjExWhgPMjEyNjEwMjkw
            NzAyMTFaMBkxFzAVBgNVBAMMDmd3LmV4YW1wbGUuY29tMCowBQYDK2VwAyEA7MQn
            k9bqE0mLQ8jTMl39ypWo45RVgJA2mJH8737nWCKjUzBRMB0GA1UdDgQWBBQsNLY9
            Ro6JGO6lmd2O9jeBBbVFsjAfBgNVHSMEGDAWgBQsNLY9Ro6JGO6lmd2O9jeBBbVF
            sjAPBgNVHRMBAf8EBTADAQH/MAUGAytlcANBAFo2T4wBu9tRJU5V+owF3/DaHyTl
            PUYlstud8Y8uypvGRPFN02x/er2+5LqS1THikS1CP7ttX8ue2KShEGmEVQo=
            -----END CERTIFICATE-----
            """;

    @TempDir Path folder;

    record Case(String rule, String certificate, String key, String says) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Case> cases() throws Exception {
        return Stream.of(
                new Case("no such file", "", "", "cert.pem can't be read: there is no such file"),
                new Case("no certificate in it", "nothing", key("Ed25519"), "cert.pem"),
                new Case(
                        "the key is no key",
                        CERTIFICATE,
                        "nothing",
                        "key.pem is not an unencrypted"),
                new Case(
                        "the key of another certificate",
                        CERTIFICATE,
                        key("Ed25519"),
                        "key.pem is not the key of the first certificate in"),
                new Case(
                        "a key of another kind",
                        CERTIFICATE,
                        key("EC"),
                        "key.pem is not the key of the first certificate in"));
    }

    private static String key(String algorithm) throws Exception {
        var pair = KeyPairGenerator.getInstance(algorithm).generateKeyPair();
        return "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(pair.getPrivate().getEncoded())
                + "\n-----END PRIVATE KEY-----\n";
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void stopsTheStart(Case c) throws Exception {
        var certificate = folder.resolve("cert.pem");
        var key = folder.resolve("key.pem");
        if (!c.certificate().isEmpty()) {
            Files.writeString(certificate, c.certificate());
            Files.writeString(key, c.key());
        }
        var thrown =
                assertThrows(
                        IOException.class,
                        () ->
                                CertificateReader.read(
                                        new Certificate(
                                                certificate, Optional.of(key), Optional.empty())));
        assertTrue(String.valueOf(thrown.getMessage()).contains(c.says()), thrown::getMessage);
    }

    @Test
    @DisplayName("may stand in one PEM file, in either order")
    void together() throws Exception {
        var authority = TestCertificate.authority("Test CA");
        var own = authority.issue("gw.example.com", "gw.example.com");
        var file = folder.resolve("own.pem");
        for (var text :
                List.of(
                        own.pem() + authority.pem() + own.keyPem(),
                        own.keyPem() + own.pem() + authority.pem())) {
            Files.writeString(file, text);
            var read =
                    CertificateReader.read(
                            new Certificate(file, Optional.empty(), Optional.empty()));
            assertEquals(List.of(own.certificate(), authority.certificate()), read.chain());
            assertEquals(own.key(), read.key());
        }
    }
}
