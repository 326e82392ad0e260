package io.postern.auth.arc;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.auth.authres.AuthenticationResults;
import io.postern.auth.dkim.DkimPolicy;
import io.postern.auth.dkim.SampleMail;
import io.postern.auth.dkim.SignOptions;
import io.postern.auth.dkim.SignatureFactory;
import io.postern.auth.dkim.TestKeys;
import io.postern.auth.dkim.ZoneResolver;
import io.postern.dns.Answer;
import io.postern.mail.HeaderField;
import io.postern.mail.HeaderFields;
import java.security.NoSuchAlgorithmException;
import java.security.Signature;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("RFC 8617 §5.2 verifying a chain")
class ArcVerifierTest {
    record Case(String rule, UnaryOperator<SampleMail> change, String want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    private static Case change(String rule, String name, String from, String to, String want) {
        return new Case(rule, mail -> edit(mail, name, from, to), want);
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("§5.2 as sealed", mail -> mail, "pass"),
                new Case("§5.2 step 1 no chain", _ -> Chains.mail(), "none"),
                new Case(
                        "§5.2 a field that no handler covers",
                        mail -> mail.under(List.of(SampleMail.field("X-Seen: yes\r\n"))),
                        "pass"),
                new Case(
                        "§5.2 step 4 the body changed",
                        mail -> mail.withBody("Hullo.\r\n"),
                        "fail: message signature i=2: body hash did not verify"),
                change(
                        "§5.2 step 4 a signed field changed",
                        "Subject",
                        "hello",
                        "hullo",
                        "fail: message signature i=2: signature did not verify"),
                change(
                        "§5.2 step 6 results of the first set changed",
                        "ARC-Authentication-Results",
                        "mx.lists",
                        "mx.other",
                        "fail: seal i=2: signature did not verify"),
                change(
                        "§5.2 step 6 the first message signature changed",
                        "ARC-Message-Signature",
                        "i=1;",
                        "i=1; x=99999999999;",
                        "fail: seal i=2: signature did not verify"),
                change(
                        "§5.2 step 3 cv= of the first is not none",
                        "ARC-Seal",
                        "cv=none",
                        "cv=pass",
                        "fail: cv=pass in seal i=1"),
                change(
                        "§5.2 step 3 cv= of another is not pass",
                        "ARC-Seal",
                        "cv=pass",
                        "cv=none",
                        "fail: cv=none in seal i=2"),
                change(
                        "§5.2 step 2 the last says that it failed",
                        "ARC-Seal",
                        "cv=pass",
                        "cv=fail",
                        "fail: cv=fail in the seal of home.example.org"),
                new Case(
                        "§5.2 step 3 a field missing",
                        mail -> without(mail, "ARC-Message-Signature"),
                        "fail: ARC-Message-Signature i=1 is missing"),
                new Case(
                        "§5.2 step 3 a field twice",
                        mail -> mail.under(List.of(mail.header().first("ARC-Seal").orElseThrow())),
                        "fail: ARC-Seal i=2 twice"),
                change(
                        "§4.2.1 no instance 0",
                        "ARC-Authentication-Results",
                        "i=1;",
                        "i=0;",
                        "fail: ARC-Authentication-Results without a valid i="),
                change(
                        "§4.2.1 no instance over 50",
                        "ARC-Seal",
                        "i=2;",
                        "i=51;",
                        "fail: ARC-Seal without a valid i="),
                change(
                        "§4.2.1 no gap",
                        "ARC-Authentication-Results",
                        "i=2;",
                        "i=3;",
                        "fail: ARC-Authentication-Results i=2 is missing"),
                change(
                        "§4.1.3 h= in a seal",
                        "ARC-Seal",
                        "i=2;",
                        "i=2; h=from;",
                        "fail: ARC-Seal i=2: h= in an ARC-Seal"),
                change(
                        "§4.1.3 a tag missing",
                        "ARC-Seal",
                        "s=arc;",
                        "",
                        "fail: ARC-Seal i=2: s= is missing"),
                change(
                        "§4.1.2 ARC-Seal in h=",
                        "ARC-Message-Signature",
                        "h=From:From:",
                        "h=From:From:ARC-Seal:",
                        "fail: message signature i=2: ARC-Seal in h="),
                change(
                        "RFC 8301 §3.1 rsa-sha1",
                        "ARC-Seal",
                        "a=ed25519-sha256",
                        "a=rsa-sha1",
                        "fail: seal i=2: rsa-sha1 is historic"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void verify(Case c) {
        assertEquals(
                c.want(), words(Chains.verify(c.change().apply(Chains.chain(2)), Chains.zone())));
    }

    private static String words(ArcResult result) {
        return result.verdict().word()
                + result.verdict().reason().map(why -> ": " + why).orElse("");
    }

    /// Changes the first field of that name which has the text.
    private static SampleMail edit(SampleMail mail, String name, String from, String to) {
        var fields = new ArrayList<HeaderField>();
        boolean done = false;
        for (var field : mail.header().fields()) {
            if (!done && field.name().equals(name) && field.raw().contains(from)) {
                fields.add(new HeaderField(name, field.raw().replace(from, to)));
                done = true;
            } else {
                fields.add(field);
            }
        }
        assertTrue(done, () -> mail.header().toString());
        return new SampleMail(new HeaderFields(fields), mail.body());
    }

    private static SampleMail without(SampleMail mail, String name) {
        var fields = new ArrayList<>(mail.header().fields());
        fields.remove(mail.header().all(name).getLast());
        return new SampleMail(new HeaderFields(fields), mail.body());
    }

    @Test
    @DisplayName("§4.2 what the handlers say")
    void sets() {
        var result = Chains.verify(Chains.chain(2), Chains.zone());
        assertEquals(
                List.of(
                        "1 lists.example.net/arc none signed by lists.example.net/arc"
                                + " mx.lists.example.net dmarc=pass",
                        "2 home.example.org/arc pass signed by home.example.org/arc"
                                + " mx.home.example.org dmarc=pass"),
                result.sets().stream()
                        .map(set ->
                                "%d %s/%s %s signed by %s/%s %s %s"
                                        .formatted(
                                                set.instance(),
                                                set.sealer(),
                                                set.sealSelector(),
                                                set.status().word(),
                                                set.signer().orElseThrow(),
                                                set.signatureSelector().orElseThrow(),
                                                set.results().orElseThrow().authservId(),
                                                set.results().orElseThrow().results().stream()
                                                        .map(r -> r.method() + "=" + r.result())
                                                        .toList()
                                                        .getFirst()))
                        .toList());
        assertEquals("i=2 d=home.example.org s=arc", result.methodResult().comment().orElseThrow());
    }

    @Test
    @DisplayName("a key that can't be looked up now makes no fail")
    void temporary() {
        var zone =
                Chains.zone()
                        .answer(
                                "arc._domainkey.lists.example.net",
                                new Answer.TemporaryFailure<>("no answer"));
        assertInstanceOf(
                ArcVerdict.TempError.class, Chains.verify(Chains.chain(2), zone).verdict());
        assertInstanceOf(
                ArcVerdict.TempError.class, Chains.verify(Chains.chain(1), zone).verdict());
    }

    @Test
    @DisplayName("RFC 8301 §3.2 a short key does not count")
    void shortKey() {
        var zone =
                Chains.zone()
                        .txt("arc._domainkey.lists.example.net", TestKeys.record(TestKeys.RSA_512));
        assertInstanceOf(ArcVerdict.Fail.class, Chains.verify(Chains.chain(2), zone).verdict());
    }

    /// Counts what is made with it.
    private static final class Counting implements SignatureFactory {
        private final AtomicInteger made = new AtomicInteger();

        @Override
        public Signature create(String algorithm) throws NoSuchAlgorithmException {
            made.incrementAndGet();
            return PLATFORM.create(algorithm);
        }
    }

    record Work(String rule, int sets, int maxSets, String want, int signatures, int questions) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Work> work() {
        return Stream.of(
                new Work("ten are verified, each key asked for once", 10, 10, "pass", 11, 2),
                new Work("eleven are not, if so set", 11, 10, "fail", 0, 0),
                new Work("fifty cost nothing, if so set", 50, 10, "fail", 0, 0),
                new Work("§4.2.1 fifty can be allowed", 50, 50, "pass", 51, 2));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("work")
    void bounded(Work work) {
        var zone = Chains.zone();
        var counting = new Counting();
        var result =
                Chains.verify(
                        Chains.chain(work.sets()),
                        new ArcVerifier(zone, DkimPolicy.STANDARD, counting, work.maxSets()));
        assertEquals(work.want(), result.verdict().word());
        assertEquals(work.signatures(), counting.made.get());
        assertEquals(work.questions(), zone.asked.get());
    }

    @Test
    @DisplayName("§4.2.1 more than fifty fields of a kind are not read; a limit is 1 to 50")
    void manyFields() {
        var field = Chains.chain(1).header().first("ARC-Seal").orElseThrow();
        var fields = new ArrayList<HeaderField>();
        for (int i = 0; i < 10_000; i++) {
            fields.add(field);
        }
        var zone = new ZoneResolver();
        assertEquals(
                "fail: more than 50 sets", words(Chains.verify(Chains.mail().under(fields), zone)));
        assertEquals(0, zone.asked.get());
        assertThrows(
                IllegalArgumentException.class,
                () -> new ArcVerifier(zone, DkimPolicy.STANDARD, SignatureFactory.PLATFORM, 0));
    }

    @Test
    @DisplayName("seals that cover more than 250 KiB together are not verified, whoever made them")
    void longSets() {
        var mail = Chains.mail();
        for (int i = 0; i < 3; i++) {
            mail = longSet(mail, i == 0 ? new ArcVerdict.None() : new ArcVerdict.Pass());
            var counting = new Counting();
            var result =
                    Chains.verify(
                            mail,
                            new ArcVerifier(Chains.zone(), DkimPolicy.STANDARD, counting, 10));
            // 60, 180 and 360 thousand octets.
            assertEquals(
                    i < 2 ? "pass" : "fail: its seals cover more than 256000 octets",
                    words(result));
            assertEquals(i < 2 ? i + 2 : 0, counting.made.get());
        }
    }

    private static SampleMail longSet(SampleMail mail, ArcVerdict verdict) {
        var sealing =
                new ArcSealer(SignatureFactory.PLATFORM)
                        .seal(
                                mail.header(),
                                mail.hash(SignOptions.STANDARD),
                                verdict,
                                new AuthenticationResults(
                                        "mx.example.net",
                                        Collections.nCopies(
                                                1_500, Chains.results("x").results().getFirst())),
                                Chains.key("lists.example.net"),
                                Chains.NOW);
        return mail.under(assertInstanceOf(ArcSealer.Sealing.Sealed.class, sealing).fields());
    }

    @Test
    @DisplayName("whatever octets come, a value comes back")
    void random() {
        var random = new Random(8617);
        var good = Chains.chain(2);
        for (int round = 0; round < 3_000; round++) {
            var fields = new ArrayList<HeaderField>();
            for (var field : good.header().fields()) {
                fields.add(random.nextInt(3) == 0 ? mutate(field, random) : field);
            }
            var mail = new SampleMail(new HeaderFields(fields), good.body());
            assertNotNull(Chains.verify(mail, Chains.zone()).verdict());
            assertNotNull(Chains.seal(mail, "lists.example.net", new ArcVerdict.TempError("x")));
        }
    }

    private static HeaderField mutate(HeaderField field, Random random) {
        var body = new StringBuilder(field.rawBody());
        for (int i = random.nextInt(3); i >= 0; i--) {
            int at = random.nextInt(body.length() - 2);
            if (random.nextBoolean()) {
                body.deleteCharAt(at);
            } else {
                var octet = new byte[1];
                random.nextBytes(octet);
                body.insert(at, new String(octet, ISO_8859_1));
            }
        }
        return new HeaderField(field.name(), field.name() + ":" + body);
    }
}
