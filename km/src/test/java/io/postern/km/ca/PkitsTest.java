package io.postern.km.ca;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.testkit.Corpora;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.cms.IssuerAndSerialNumber;
import org.bouncycastle.asn1.cms.SignedData;
import org.bouncycastle.asn1.cms.SignerInfo;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

@DisplayName("RFC 5280 §6 path validation on NIST's PKITS")
class PkitsTest {
    private static final Instant AT = Instant.parse("2026-11-22T12:00:00Z");

    /// What the JDK's PKIX does not do, each with its reason.
    private static final Map<String, String> MISSES =
            Map.of(
                    "InvaliddeltaCRLTest4",
                    "a delta list revokes what the full one does not: delta lists are not read",
                    "ValiddeltaCRLTest5",
                    "a delta list takes back a hold: delta lists are not read, and revoked is the safe side");

    @TestFactory
    Stream<DynamicTest> pkits() throws Exception {
        var folder = Corpora.folder("smime/pkits");
        if (folder.isEmpty()) {
            return Stream.empty();
        }
        var all = certificates(folder.get().resolve("certs"));
        var anchor =
                all.stream()
                        .filter(one ->
                                named(one)
                                        .equals("CN=Trust Anchor, O=Test Certificates 2011, C=US"))
                        .findFirst()
                        .orElseThrow();
        var validation =
                PathValidation.of(
                        List.of(anchor),
                        all,
                        contents(folder.get().resolve("crls")).stream()
                                .flatMap(list -> PathValidation.list(list).stream())
                                .toList());
        var cases = new ArrayList<DynamicTest>();
        for (var one :
                new ObjectMapper()
                        .readTree(folder.get().resolve("manifest.json").toFile())
                        .get("cases")) {
            var name = one.get("test").asText();
            var wanted = one.get("expected").asText();
            var message = folder.get().resolve(one.get("file").asText());
            cases.add(
                    DynamicTest.dynamicTest(
                            name,
                            () -> {
                                var result = validation.of(signer(message), AT);
                                var got =
                                        result instanceof PathValidation.Result.Valid
                                                ? "valid"
                                                : "invalid";
                                if (MISSES.containsKey(name)) {
                                    assertNotEquals(
                                            wanted, got, "no miss any more: " + MISSES.get(name));
                                } else {
                                    assertEquals(wanted, got, result.toString());
                                }
                            }));
        }
        assertEquals(150, cases.size());
        return cases.stream();
    }

    private static String named(X509Certificate certificate) {
        return certificate.getSubjectX500Principal().toString();
    }

    /// Of the one who signed the message, out of its CMS.
    private static X509Certificate signer(Path message) throws Exception {
        var text = Files.readString(message, StandardCharsets.ISO_8859_1);
        int begin = text.indexOf("\n\n", text.indexOf("filename=\"smime.p7s\"")) + 2;
        int end = text.indexOf("\n\n", begin);
        var signed =
                SignedData.getInstance(
                        ContentInfo.getInstance(
                                        ASN1Primitive.fromByteArray(
                                                Base64.getMimeDecoder()
                                                        .decode(text.substring(begin, end))))
                                .getContent());
        var signer =
                IssuerAndSerialNumber.getInstance(
                        SignerInfo.getInstance(signed.getSignerInfos().getObjectAt(0))
                                .getSID()
                                .getId());
        for (var one : signed.getCertificates()) {
            var certificate = parsed(one.toASN1Primitive().getEncoded());
            if (certificate.getSerialNumber().equals(signer.getSerialNumber().getValue())
                    && Names.of(certificate.getIssuerX500Principal()).equals(signer.getName())) {
                return certificate;
            }
        }
        throw new AssertionError("no signer in " + message.getFileName());
    }

    private static List<X509Certificate> certificates(Path folder) throws Exception {
        var found = new ArrayList<X509Certificate>();
        for (var content : contents(folder)) {
            found.add(parsed(content));
        }
        return found;
    }

    private static X509Certificate parsed(byte[] der) throws CertificateException {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(der));
    }

    private static List<byte[]> contents(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.sorted()
                    .map(file -> {
                        try {
                            return Files.readAllBytes(file);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    })
                    .toList();
        }
    }
}
