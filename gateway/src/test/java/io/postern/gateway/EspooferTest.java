package io.postern.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.keys.Outcome;
import io.postern.testkit.Corpora;
import io.postern.testkit.FakeDns;
import io.postern.testkit.TestCertificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The attacks of "Composition Kills" (USENIX Security 2020) over the real server: what of each is
/// refused, and that nothing is ever delivered as authenticated for the domain it forges.
@DisplayName("espoofer")
@Timeout(120)
class EspooferTest {
    private static final String PASSWORD = "correct horse";

    /// How each ends; docs/authentication.md has the table. What is answered before the content is
    /// the reply to MAIL.
    private static final Map<String, String> WANT =
            Map.ofEntries(
                    Map.entry("server_a1", "550 5.7.1 legitimate.com asks that "),
                    Map.entry("server_a2", "501 5.1.7 "),
                    Map.entry("server_a3", "554 5.6.11 a NUL "),
                    Map.entry("server_a4", "550 5.7.1 legitimate.com asks that "),
                    Map.entry("server_a5", "501 5.1.7 "),
                    Map.entry("server_a6", "501 5.1.7 "),
                    Map.entry("server_a7", "550 5.7.1 legitimate.com asks that "),
                    Map.entry("server_a8", "550 5.7.1 not one author "),
                    Map.entry("server_a9", "554 5.6.0 "),
                    Map.entry("server_a10", "550 5.7.1 not one author "),
                    Map.entry("server_a11", "554 5.6.0 "),
                    Map.entry("server_a12", "554 5.6.0 "),
                    Map.entry("server_a13", "554 5.6.0 "),
                    Map.entry("server_a14", "550 5.7.1 not one author "),
                    Map.entry("server_a15", "550 5.7.1 not one author "),
                    Map.entry("server_a16", "550 5.7.1 not one author "),
                    Map.entry("server_a17", "550 5.7.1 not one author "),
                    Map.entry("server_a18", "550 5.7.1 not one author "),
                    Map.entry("server_a19", "550 5.7.1 not one author "),
                    Map.entry("client_a1", "550 5.7.1 admin@example.com in From is not "),
                    Map.entry("client_a2", "550 5.7.1 admin@example.com in From is not "),
                    Map.entry("client_a3", "550 5.7.1 admin@example.com in From is not "));

    @TempDir private Path folder;

    @TestFactory
    Stream<DynamicTest> attacks() throws Exception {
        var suite = Corpora.folder("attacks/espoofer");
        if (suite.isEmpty()) {
            return Stream.of();
        }
        var cases = new ArrayList<JsonNode>();
        new ObjectMapper()
                .readTree(suite.get().resolve("cases.json").toFile())
                .path("cases")
                .forEach(cases::add);
        var tests = new ArrayList<DynamicTest>();
        tests.add(
                dynamicTest(
                        "each attack has its expected end",
                        () ->
                                assertEquals(
                                        cases.stream()
                                                .map(one -> one.path("id").textValue())
                                                .collect(Collectors.toCollection(TreeSet::new)),
                                        new TreeSet<>(WANT.keySet()))));
        for (var attack : cases) {
            var id = attack.path("id").textValue();
            tests.add(
                    dynamicTest(
                            id + ": " + attack.path("description").textValue(),
                            () -> {
                                if (id.startsWith("client")) {
                                    submission(suite.get(), attack);
                                } else {
                                    inbound(suite.get(), attack);
                                }
                            }));
        }
        return tests.stream();
    }

    private void inbound(Path suite, JsonNode attack) throws Exception {
        var key = key(Files.readString(suite.resolve("dkimkey")));
        var dns =
                FakeDns.zone(
                        """
                        attack.com. 60 IN TXT "v=spf1 ip4:127.0.0.1 -all"
                        helo.attack.com. 60 IN TXT "v=spf1 ip4:127.0.0.1 -all"
                        33.attack.com. 60 IN TXT "v=spf1 ip4:127.0.0.1 -all"
                        any.attack.com. 60 IN TXT "v=spf1 ip4:127.0.0.1 -all"
                        _dmarc.attack.com. 60 IN TXT "v=DMARC1; p=none"
                        selector._domainkey.attack.com. 60 IN TXT "v=DKIM1; k=rsa; p=%s"
                        legitimate.com. 60 IN TXT "v=spf1 -all"
                        _dmarc.legitimate.com. 60 IN TXT "v=DMARC1; p=reject"
                        """
                                .formatted(publicKey(key)));
        var message = message(suite, attack, key);
        try (var inside = new Sink();
                var house =
                        new House(
                                folder,
                                """
                                hostname = "gw.victim.com"
                                data = "data"
                                [[listener]]
                                role = "inbound"
                                address = "127.0.0.1:0"
                                [[domain]]
                                name = "victim.com"
                                recipients = { list = ["victim@victim.com"], tarpit = "0s" }
                                deliver_to = ["127.0.0.1:%d"]
                                [strangers]
                                verify_domain = false
                                [dns]
                                servers = ["127.0.0.1:1"]
                                """
                                        .formatted(inside.port()),
                                InstantSource.system(),
                                Optional.of(dns));
                var talk = new Talk(house.gateway().ports().getFirst())) {
            talk.say("EHLO " + attack.path("helo").textValue());
            var reply = hand(talk, attack, message);
            ends(attack, reply);
            if (reply.startsWith("250")) {
                var content = inside.next().content();
                assertFalse(
                        content.contains("dmarc=pass") && content.contains("legitimate.com"),
                        content);
            } else {
                assertTrue(inside.empty());
            }
        }
    }

    private void submission(Path suite, JsonNode attack) throws Exception {
        var folder = Files.createDirectory(this.folder.resolve(attack.path("id").textValue()));
        var authority = TestCertificate.authority("Test CA");
        authority.issue("gw.example.com", "gw.example.com").store(folder.resolve("c.p12"), "x");
        Files.writeString(folder.resolve("password"), "x\n");
        try (var sink = new Sink();
                var house =
                        new House(
                                folder,
                                House.config(
                                        sink.port(),
                                        """
                                        [[listener]]
                                        role = "submission"
                                        address = "127.0.0.1:0"
                                        [[certificate]]
                                        file = "c.p12"
                                        password_file = "password"
                                        """),
                                InstantSource.system());
                var talk = new Talk(house.gateway().ports().get(1))) {
            house.makeKeys();
            assertInstanceOf(
                    Outcome.Done.class,
                    house.gateway()
                            .users()
                            .add("attacker", List.of("attacker@example.com"), PASSWORD));
            talk.startTls(TestCertificate.trusting(authority));
            var plain = "\0attacker\0" + PASSWORD;
            var login =
                    talk.say(
                            "AUTH PLAIN "
                                    + Base64.getEncoder()
                                            .encodeToString(plain.getBytes(ISO_8859_1)));
            assertTrue(login.startsWith("235 "), login);
            ends(
                    attack,
                    hand(
                            talk,
                            attack,
                            message(
                                    suite,
                                    attack,
                                    key(Files.readString(suite.resolve("dkimkey"))))));
            assertTrue(sink.empty());
        }
    }

    private static void ends(JsonNode attack, String reply) {
        var want = WANT.get(attack.path("id").textValue());
        assertTrue(want != null && reply.startsWith(want), reply);
    }

    /// The first refusal, or the reply to the content.
    private static String hand(Talk talk, JsonNode attack, String message) throws IOException {
        var lines =
                List.of(
                        "MAIL FROM:" + attack.path("mail_from").textValue(),
                        "RCPT TO:"
                                + attack.path("rcpt_to")
                                        .textValue()
                                        .replace("victim.com", domain(attack)),
                        "DATA");
        for (var line : lines) {
            var reply = talk.say(line);
            if (reply.charAt(0) > '3') {
                return reply;
            }
        }
        talk.octets(message.getBytes(ISO_8859_1));
        return talk.say(message.endsWith("\r\n") ? "." : "\r\n.");
    }

    private static String domain(JsonNode attack) {
        return attack.path("id").textValue().startsWith("client") ? "example.net" : "victim.com";
    }

    /// The message as the attacker sends it, signed where he signs.
    private static String message(Path suite, JsonNode attack, RSAPrivateCrtKey key)
            throws IOException, GeneralSecurityException {
        var text = Files.readString(suite.resolve(attack.path("message").textValue()), ISO_8859_1);
        var dkim = attack.path("dkim");
        if (!dkim.isObject()) {
            return text;
        }
        var body = dkim.path("body").textValue().getBytes(ISO_8859_1);
        var hash =
                Base64.getEncoder()
                        .encodeToString(MessageDigest.getInstance("SHA-256").digest(body));
        var field =
                "DKIM-Signature: v=1; a=rsa-sha256; c=simple/relaxed; d=%s; s=%s; h=from; bh=%s; b="
                        .formatted(dkim.path("d").textValue(), dkim.path("s").textValue(), hash);
        var signer = Signature.getInstance("SHA256withRSA");
        signer.initSign(key);
        signer.update(
                (dkim.path("signed_header").textValue() + "\r\n" + field).getBytes(ISO_8859_1));
        var signed = field + Base64.getEncoder().encodeToString(signer.sign()) + "\r\n";
        int end = text.indexOf("\r\n", text.indexOf("From:")) + 2;
        return text.substring(0, end) + signed + text.substring(end);
    }

    /// PKCS#8 (RFC 5958) around PKCS#1 (RFC 8017 §A.1.2).
    private static RSAPrivateCrtKey key(String pem) throws GeneralSecurityException {
        var inner =
                Base64.getMimeDecoder()
                        .decode(
                                pem.lines()
                                        .filter(line -> !line.startsWith("-"))
                                        .collect(Collectors.joining()));
        var version = HexFormat.of().parseHex("020100");
        var algorithm = HexFormat.of().parseHex("300d06092a864886f70d0101010500");
        var octets = der(0x30, concat(version, algorithm, der(0x04, inner)));
        return (RSAPrivateCrtKey)
                KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(octets));
    }

    private static byte[] der(int tag, byte[] content) {
        int length = content.length;
        return concat(
                new byte[] {(byte) tag, (byte) 0x82, (byte) (length >> 8), (byte) length}, content);
    }

    private static byte[] concat(byte[]... parts) {
        var out = new java.io.ByteArrayOutputStream();
        for (var part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    private static String publicKey(RSAPrivateCrtKey key) throws GeneralSecurityException {
        return Base64.getEncoder()
                .encodeToString(
                        KeyFactory.getInstance("RSA")
                                .generatePublic(
                                        new RSAPublicKeySpec(
                                                key.getModulus(), key.getPublicExponent()))
                                .getEncoded());
    }
}
