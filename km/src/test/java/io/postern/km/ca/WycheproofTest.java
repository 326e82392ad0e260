package io.postern.km.ca;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.keys.CryptoProviders;
import io.postern.testkit.Corpora;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Security;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

@DisplayName("Wycheproof: who verifies requests, certificates and lists")
class WycheproofTest {
    record Suite(String file, String signature) {}

    private static final List<Suite> SUITES =
            List.of(
                    new Suite("rsa_signature_2048_sha256_test", "SHA256withRSA"),
                    new Suite("rsa_signature_2048_sha512_test", "SHA512withRSA"));

    private static final List<String> PROVIDERS = new ArrayList<>(List.of("SunRsaSign"));

    @BeforeAll
    static void install() {
        if (CryptoProviders.install().accelerated()) {
            PROVIDERS.add("AmazonCorrettoCryptoProvider");
        }
    }

    @AfterAll
    static void remove() {
        Security.removeProvider("AmazonCorrettoCryptoProvider");
    }

    @TestFactory
    Stream<DynamicTest> suites() {
        var folder = Corpora.folder("smime/wycheproof/testvectors_v1");
        if (folder.isEmpty()) {
            return Stream.empty();
        }
        return SUITES.stream()
                .flatMap(suite -> PROVIDERS.stream().map(name -> test(folder.get(), suite, name)));
    }

    private static DynamicTest test(Path folder, Suite suite, String provider) {
        return DynamicTest.dynamicTest(
                suite.file() + " by " + provider,
                () ->
                        run(
                                new ObjectMapper()
                                        .readTree(folder.resolve(suite.file() + ".json").toFile()),
                                suite,
                                provider));
    }

    private static void run(JsonNode file, Suite suite, String provider) throws Exception {
        var wrong = new ArrayList<String>();
        int count = 0;
        for (var group : file.get("testGroups")) {
            var key =
                    KeyFactory.getInstance("RSA")
                            .generatePublic(
                                    new X509EncodedKeySpec(octets(group.get("publicKeyDer"))));
            for (var one : group.get("tests")) {
                var verifier = Signature.getInstance(suite.signature(), provider);
                verifier.initVerify(key);
                verifier.update(octets(one.get("msg")));
                var verified = verifies(verifier, octets(one.get("sig")));
                var wanted = one.get("result").asText();
                if (!wanted.equals("acceptable") && verified != wanted.equals("valid")) {
                    wrong.add(one.get("tcId") + " " + one.get("comment") + ": " + verified);
                }
                count++;
            }
        }
        assertEquals(file.get("numberOfTests").asInt(), count);
        assertTrue(wrong.isEmpty(), wrong.toString());
    }

    private static boolean verifies(Signature verifier, byte[] signature) {
        try {
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            // What is no signature at all.
            return false;
        }
    }

    private static byte[] octets(JsonNode hex) {
        return HexFormat.of().parseHex(hex.asText());
    }
}
