package io.postern.auth.dkim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.mail.Domain;
import io.postern.mail.HeaderField;
import io.postern.mail.HeaderFields;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("RFC 6376 §5 signing")
class DkimSignerTest {
    private static final Domain DOMAIN = Domain.of("example.com");
    private static final SigningKey RSA =
            new SigningKey(DOMAIN, "r1", DkimAlgorithm.RSA_SHA256, TestKeys.RSA_2048.getPrivate());
    private static final SigningKey ED25519 =
            new SigningKey(
                    DOMAIN, "e1", DkimAlgorithm.ED25519_SHA256, TestKeys.ED25519.getPrivate());
    private static final Instant NOW = Verifying.NOW;

    private static final SampleMail MAIL =
            SampleMail.of(
                    """
                    Received: from a.example by b.example; Thu, 1 Jan 2026 00:00:00 +0000
                    From: Reports  <reports@example.com>
                    To: a@example.org,
                     b@example.org
                    Subject: A report
                    \t of two lines
                    Date: Thu, 1 Jan 2026 00:00:00 +0000
                    Message-ID: <1@example.com>
                    MIME-Version: 1.0
                    Content-Type: text/plain; charset=utf-8
                    List-Unsubscribe: <https://example.com/u>
                    List-Unsubscribe-Post: List-Unsubscribe=One-Click
                    X-Other: not signed

                    Dear  reader,\s
                    \tthis is it.


                    """);

    private static ZoneResolver zone() {
        return new ZoneResolver()
                .txt("r1._domainkey.example.com", TestKeys.record(TestKeys.RSA_2048))
                .txt("e1._domainkey.example.com", TestKeys.record(TestKeys.ED25519));
    }

    private static SampleMail signed(SampleMail mail, SignOptions options) {
        return mail.under(
                new DkimSigner()
                        .sign(
                                mail.header(),
                                mail.hash(options),
                                List.of(RSA, ED25519),
                                options,
                                NOW));
    }

    private static List<String> verify(SampleMail mail) {
        return Verifying.words(Verifying.verify(mail, zone(), DkimPolicy.STANDARD));
    }

    static Stream<SignOptions> canonicalizations() {
        return Stream.of(Canonicalization.values())
                .flatMap(header ->
                        Stream.of(Canonicalization.values())
                                .map(body ->
                                        SignOptions.STANDARD.withCanonicalization(header, body)));
    }

    @ParameterizedTest(name = "§3.4 both algorithms verify with {0}")
    @MethodSource("canonicalizations")
    void roundTrip(SignOptions options) {
        assertEquals(List.of("pass", "pass"), verify(signed(MAIL, options)));
        assertEquals(List.of("pass", "pass"), verify(signed(MAIL.withBody(""), options)));
        assertEquals(
                List.of("pass", "pass"), verify(signed(MAIL.withBody("no line end"), options)));
    }

    /// A change to a signed mail, and what verifiers then say of relaxed/relaxed.
    record Change(String rule, UnaryOperator<String> edit, boolean survives) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Change> changes() {
        return Stream.of(
                new Change(
                        "unfolded", s -> s.replace("a@example.org,\r\n ", "a@example.org, "), true),
                new Change("folded", s -> s.replace("Subject: A ", "Subject: A\r\n\t"), true),
                new Change(
                        "white space in a field", s -> s.replace("A report", "A   report"), true),
                new Change(
                        "case of a field name", s -> s.replace("Subject: A", "SUBJECT : A"), true),
                new Change("trace field added", s -> "Received: from x by y; z\r\n" + s, true),
                new Change(
                        "unsigned field gone", s -> s.replace("X-Other: not signed\r\n", ""), true),
                new Change("list field added", s -> "List-Id: <x.example>\r\n" + s, true),
                new Change(
                        "white space at line ends", s -> s.replace("it.\r\n", "it. \t\r\n"), true),
                new Change("empty lines at the end", s -> s + "\r\n\r\n", true),
                new Change(
                        "the signature unfolded",
                        s -> s.replace(";\r\n h=", "; h=").replace(";\r\n bh=", "; bh="),
                        true),
                new Change(
                        "the signature's b= folded otherwise",
                        s -> s.replace("b=", "b=\r\n\t "),
                        true),
                new Change("From changed", s -> s.replace("Reports ", "Repurts "), false),
                new Change("a space put in", s -> s.replace("A report", "A re port"), false),
                new Change(
                        "Subject gone",
                        s -> s.replace("Subject: A report\r\n\t of two lines\r\n", ""),
                        false),
                new Change("second Subject above", s -> "Subject: other\r\n" + s, false),
                new Change("second From above", s -> "From: x@example.net\r\n" + s, false),
                new Change(
                        "second From below",
                        s -> s.replace("X-Other: not signed", "From: x@example.net"),
                        false),
                new Change("Reply-To added", s -> "Reply-To: x@example.net\r\n" + s, false),
                new Change("Cc added", s -> "Cc: x@example.net\r\n" + s, false),
                new Change("Content-Type added", s -> "Content-Type: text/html\r\n" + s, false),
                new Change(
                        "Content-Transfer-Encoding added",
                        s -> "Content-Transfer-Encoding: base64\r\n" + s,
                        false),
                new Change("List-Unsubscribe changed", s -> s.replace("/u>", "/v>"), false),
                new Change("tag of the signature changed", s -> s.replace("t=", "x="), false),
                new Change("body changed", s -> s.replace("this is it", "this is IT"), false),
                new Change("body line joined", s -> s.replace(", \r\n\t", ", "), false),
                new Change("body added to", s -> s + "more\r\n", false));
    }

    @ParameterizedTest(name = "§3.4, §5.4 {0}")
    @MethodSource("changes")
    void change(Change change) {
        var before = text(signed(MAIL, SignOptions.STANDARD));
        var after = change.edit().apply(before);
        assertNotEquals(before, after, "the edit must change something");
        var words = verify(SampleMail.of(after));
        assertEquals(2, words.size());
        for (var word : words) {
            assertEquals(change.survives(), word.equals("pass"), words::toString);
        }
    }

    @Test
    @DisplayName("§5.4 any octet changed in a signed field breaks the signature")
    void anyOctet() {
        var mail = signed(MAIL, SignOptions.STANDARD);
        for (int i = 0; i < mail.header().fields().size(); i++) {
            var field = mail.header().fields().get(i);
            boolean covered =
                    !List.of("Received", "X-Other", "DKIM-Signature").contains(field.name());
            var raw = field.raw();
            for (int at = raw.indexOf(':') + 1; at < raw.length() - 2; at += 7) {
                if (raw.charAt(at) <= ' ') {
                    continue;
                }
                var fields = new ArrayList<>(mail.header().fields());
                fields.set(
                        i,
                        new HeaderField(
                                field.name(),
                                raw.substring(0, at)
                                        + (char) (raw.charAt(at) ^ 1)
                                        + raw.substring(at + 1)));
                var words = verify(new SampleMail(new HeaderFields(fields), mail.body()));
                if (covered) {
                    assertEquals(
                            List.of(
                                    "fail: signature did not verify",
                                    "fail: signature did not verify"),
                            words,
                            field::name);
                } else if (!field.name().equals("DKIM-Signature")) {
                    assertEquals(List.of("pass", "pass"), words, field::name);
                }
            }
        }
    }

    @Test
    @DisplayName("§5.4.2 every instance is signed from the last, and named once more")
    void oversigning() {
        var mail = SampleMail.of("From: a@example.com\nTo: a\nTo: b\nList-Id: <l>\n\n");
        var field = sign(mail, SignOptions.STANDARD, RSA);
        var names = read(field).signedFields();
        assertEquals(3, names.stream().filter("To"::equals).count());
        assertEquals(2, names.stream().filter("From"::equals).count());
        assertEquals(1, names.stream().filter("List-Id"::equals).count());
        assertEquals(0, names.stream().filter("Sender"::equals).count());
    }

    @Test
    @DisplayName("RFC 5322 §2.1.1 lines of at most 78 octets, and no trailing white space")
    void lines() {
        for (var key : List.of(RSA, ED25519)) {
            var options = SignOptions.STANDARD.withValidity(Duration.ofDays(7));
            for (var line : sign(MAIL, options, key).raw().lines().toList()) {
                assertTrue(line.length() <= 78, line);
                assertEquals(line.stripTrailing(), line);
                assertTrue(!line.isBlank());
            }
        }
    }

    @Test
    @DisplayName("§3.5 t= is now, x= the validity later")
    void times() {
        var signature =
                read(sign(MAIL, SignOptions.STANDARD.withValidity(Duration.ofDays(7)), RSA));
        assertEquals(NOW, signature.timestamp().orElseThrow());
        assertEquals(NOW.plus(Duration.ofDays(7)), signature.expiration().orElseThrow());
    }

    @Test
    @DisplayName("§3.5 i= survives any characters and must lie in d=")
    void identity() {
        var options = SignOptions.STANDARD.withIdentity("a;b=c \u00E9@sub.example.com");
        assertEquals("a;b=c \u00E9@sub.example.com", read(sign(MAIL, options, ED25519)).identity());
        assertEquals(List.of("pass", "pass"), verify(signed(MAIL, options)));
        var elsewhere = SignOptions.STANDARD.withIdentity("a@example.org");
        assertThrows(IllegalArgumentException.class, () -> sign(MAIL, elsewhere, RSA));
    }

    @Test
    @DisplayName("§3.4 a body hash taken otherwise is our bug")
    void otherBodyHash() {
        var simple =
                SignOptions.STANDARD.withCanonicalization(
                        Canonicalization.RELAXED, Canonicalization.SIMPLE);
        assertThrows(
                IllegalArgumentException.class,
                () ->
                        new DkimSigner()
                                .sign(
                                        MAIL.header(),
                                        MAIL.hash(simple),
                                        List.of(RSA),
                                        SignOptions.STANDARD,
                                        NOW));
    }

    @Test
    @DisplayName("a provider that fails is a temporary failure")
    void providerFails() {
        var signer =
                new DkimSigner(algorithm -> {
                    throw new NoSuchAlgorithmException(algorithm);
                });
        assertThrows(
                SigningException.class,
                () ->
                        signer.sign(
                                MAIL.header(),
                                MAIL.hash(SignOptions.STANDARD),
                                List.of(RSA),
                                SignOptions.STANDARD,
                                NOW));
    }

    @Test
    @DisplayName("RFC 8301 §3 what can't sign: short keys, sha1, a key of another kind")
    void refusedKeys() {
        assertEquals(
                "RSA key of 1024 bits; 2048 to 4096 can sign",
                SigningKey.problem(DkimAlgorithm.RSA_SHA256, TestKeys.RSA_1024.getPrivate()));
        for (var bad :
                List.of(
                        SigningKey.problem(DkimAlgorithm.RSA_SHA1, TestKeys.RSA_2048.getPrivate()),
                        SigningKey.problem(DkimAlgorithm.RSA_SHA256, TestKeys.ED25519.getPrivate()),
                        SigningKey.problem(
                                DkimAlgorithm.ED25519_SHA256, TestKeys.RSA_2048.getPrivate()))) {
            assertNotEquals("", bad);
        }
        var key = TestKeys.RSA_1024.getPrivate();
        assertThrows(
                IllegalArgumentException.class,
                () -> new SigningKey(DOMAIN, "s", DkimAlgorithm.RSA_SHA256, key));
        assertEquals("rsa-sha256 r1._domainkey.example.com", RSA.toString());
    }

    private static HeaderField sign(SampleMail mail, SignOptions options, SigningKey key) {
        return new DkimSigner()
                .sign(mail.header(), mail.hash(options), List.of(key), options, NOW)
                .getFirst();
    }

    private static DkimSignature read(HeaderField field) {
        return switch (DkimSignature.parse(field.rawBody())) {
            case DkimSignature.Parsed.Ok(var signature) -> signature;
            case DkimSignature.Parsed.Bad(var result) -> throw new AssertionError(result);
        };
    }

    private static String text(SampleMail mail) {
        var out = new StringBuilder();
        mail.header().fields().forEach(field -> out.append(field.raw()));
        return out.append("\r\n").append(mail.body()).toString();
    }
}
