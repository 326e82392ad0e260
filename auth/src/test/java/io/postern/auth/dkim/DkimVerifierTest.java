package io.postern.auth.dkim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.dns.Answer;
import java.security.KeyPair;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("RFC 6376 §6 verifying")
class DkimVerifierTest {
    private static final SampleMail MAIL =
            SampleMail.of(
                    "From: a@example.com\nTo: b@example.org\nSubject: s\n\nline one\nline two\n");
    private static final String NAME = "sel._domainkey.example.com";
    private static final String TAGS =
            "v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=sel; h=From:To:Subject";

    /// A signature that is sound in itself, the DNS as it is, and what comes of it.
    record Case(String rule, String tags, KeyPair key, ZoneResolver dns, String want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    private static ZoneResolver key(KeyPair pair) {
        return new ZoneResolver().txt(NAME, TestKeys.record(pair));
    }

    private static ZoneResolver record(String... records) {
        return new ZoneResolver().txt(NAME, records);
    }

    private static final KeyPair RSA = TestKeys.RSA_2048;
    private static final KeyPair ED = TestKeys.ED25519;
    private static final String RSA_RECORD = TestKeys.record(RSA);
    private static final String ED_TAGS = TAGS.replace("rsa-", "ed25519-");

    private static long now(long plusSeconds) {
        return Verifying.NOW.getEpochSecond() + plusSeconds;
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("good", TAGS, RSA, key(RSA), "pass"),
                new Case("RFC 8463 §3 good", ED_TAGS, ED, key(ED), "pass"),
                new Case("§3.5 t= a little ahead", TAGS + "; t=" + now(60), RSA, key(RSA), "pass"),
                new Case(
                        "§3.5 t= in the future",
                        TAGS + "; t=" + now(7200),
                        RSA,
                        key(RSA),
                        "policy: signed in the future, 2026-03-01T14:00:00Z"),
                new Case("§3.5 x= to come", TAGS + "; x=" + now(1), RSA, key(RSA), "pass"),
                new Case(
                        "§3.5 x= past",
                        TAGS + "; x=" + now(-7200),
                        RSA,
                        key(RSA),
                        "permerror: signature expired 2026-03-01T10:00:00Z"),
                new Case("§3.5 l= of all", TAGS + "; l=20", RSA, key(RSA), "pass"),
                new Case(
                        "§8.2 l= of a part",
                        TAGS + "; l=10",
                        RSA,
                        key(RSA),
                        "policy: 10 octets behind l= are not signed"),
                new Case(
                        "§8.2 l= of nothing",
                        TAGS + "; l=0",
                        RSA,
                        key(RSA),
                        "policy: 20 octets behind l= are not signed"),
                new Case(
                        "§3.5 l= beyond the body",
                        TAGS + "; l=21",
                        RSA,
                        key(RSA),
                        "permerror: l= is larger than the body"),
                new Case(
                        "§6.1.2 no such name",
                        TAGS,
                        RSA,
                        new ZoneResolver(),
                        "permerror: no key: " + NAME + " does not exist"),
                new Case(
                        "§6.1.2 no such record",
                        TAGS,
                        RSA,
                        new ZoneResolver().answer(NAME, new Answer.NoData<>()),
                        "permerror: no key: " + NAME + " has no TXT record"),
                new Case(
                        "§6.1.2 DNS fails",
                        TAGS,
                        RSA,
                        new ZoneResolver().answer(NAME, new Answer.TemporaryFailure<>("SERVFAIL")),
                        "temperror: key look-up of " + NAME + " failed: SERVFAIL"),
                new Case(
                        "§6.1.2 key revoked",
                        TAGS,
                        RSA,
                        record("v=DKIM1; p="),
                        "permerror: key revoked"),
                new Case(
                        "§6.1.2 not a key record",
                        TAGS,
                        RSA,
                        record("v=spf1 -all"),
                        "permerror: key record: v= is not first or not DKIM1"),
                new Case(
                        "§3.6.2.2 other records beside",
                        TAGS,
                        RSA,
                        record("hello world", RSA_RECORD),
                        "pass"),
                new Case(
                        "§3.6.2.2 two key records",
                        TAGS,
                        RSA,
                        record(RSA_RECORD, RSA_RECORD),
                        "permerror: 2 key records under " + NAME),
                new Case(
                        "§3.6.1 key for another service",
                        TAGS,
                        RSA,
                        record(RSA_RECORD.replace("k=rsa", "k=rsa; s=tlsrpt")),
                        "permerror: key is not for e-mail: s=tlsrpt"),
                new Case(
                        "§3.6.1 key for another hash",
                        TAGS,
                        RSA,
                        record(RSA_RECORD.replace("k=rsa", "h=sha1")),
                        "permerror: key does not allow sha256"),
                new Case(
                        "§3.6.1 key of another type",
                        TAGS,
                        RSA,
                        key(ED),
                        "permerror: key of type ed25519 does not fit rsa-sha256"),
                new Case(
                        "§3.6.1 key of an unknown type",
                        TAGS,
                        RSA,
                        record(RSA_RECORD.replace("k=rsa", "k=new")),
                        "permerror: key of type new does not fit rsa-sha256"),
                new Case(
                        "§3.6.1 t=s and i= below d=",
                        TAGS + "; i=@sub.example.com",
                        RSA,
                        record(RSA_RECORD.replace("k=rsa", "t=s")),
                        "permerror: key says t=s and the domain of i= is not that of d="),
                new Case(
                        "§3.6.1 t=s and i= in d=",
                        TAGS + "; i=x@example.com",
                        RSA,
                        record(RSA_RECORD.replace("k=rsa", "t=s")),
                        "pass"),
                new Case(
                        "§3.6.1 k= in any case",
                        TAGS,
                        RSA,
                        record(RSA_RECORD.replace("k=rsa", "k=RSA")),
                        "pass"),
                new Case(
                        "§3.6.1 p= not base64",
                        TAGS,
                        RSA,
                        record("p=!!"),
                        "permerror: key record: p= is not base64"),
                new Case(
                        "§3.6.1 p= not a key",
                        TAGS,
                        RSA,
                        record("p=YWJj"),
                        "permerror: key record: p= is not an RSA key"),
                new Case(
                        "RFC 8463 §4 p= with an ASN.1 frame",
                        ED_TAGS,
                        ED,
                        record("k=ed25519; p=" + TestKeys.base64(ED.getPublic().getEncoded())),
                        "permerror: key record: p= is not an Ed25519 key of 32 octets"),
                new Case(
                        "§6.1.3 another key",
                        TAGS,
                        RSA,
                        key(TestKeys.RSA_1024),
                        "fail: signature did not verify"),
                new Case(
                        "RFC 8463 another key",
                        ED_TAGS,
                        ED,
                        record("k=ed25519; p=" + TestKeys.base64(new byte[32])),
                        "fail: signature did not verify"),
                new Case(
                        "RFC 8301 §3.2 1024 bits",
                        TAGS,
                        TestKeys.RSA_1024,
                        key(TestKeys.RSA_1024),
                        "pass"),
                new Case(
                        "RFC 8301 §3.2 512 bits",
                        TAGS,
                        TestKeys.RSA_512,
                        key(TestKeys.RSA_512),
                        "policy: RSA key of only 512 bits"),
                new Case(
                        "RFC 8301 §3.2 a key of 16384 bits is not worked with",
                        TAGS,
                        RSA,
                        record("p=" + TestKeys.base64(new byte[2100])),
                        "permerror: key record: RSA key of over 4096 bits"),
                new Case(
                        "RFC 8301 §3.1 rsa-sha1",
                        TAGS.replace("sha256", "sha1"),
                        RSA,
                        key(RSA),
                        "permerror: rsa-sha1 is historic"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void result(Case c) {
        var results =
                Verifying.verify(Forge.sign(MAIL, c.tags(), c.key()), c.dns(), DkimPolicy.STANDARD);
        assertEquals(List.of(c.want()), Verifying.words(results));
    }

    @Test
    @DisplayName("RFC 8301 old mail verifies where the policy asks for it")
    void oldMail() {
        var sha1 = Forge.sign(MAIL, TAGS.replace("sha256", "sha1"), TestKeys.RSA_512);
        assertEquals(
                List.of("pass"),
                Verifying.words(
                        Verifying.verify(
                                sha1, key(TestKeys.RSA_512), DkimPolicy.STANDARD.forOldMail())));
    }

    @Test
    @DisplayName("§8.2 l= of a part passes where the policy takes it, and is told")
    void unsignedOctetsTaken() {
        var standard = DkimPolicy.STANDARD;
        var policy =
                new DkimPolicy(
                        standard.minRsaBits(),
                        standard.maxRsaBits(),
                        standard.historic(),
                        DkimPolicy.UnsignedOctets.PASS,
                        standard.maxSignatures(),
                        Duration.ZERO);
        var results = Verifying.verify(Forge.sign(MAIL, TAGS + "; l=10", RSA), key(RSA), policy);
        assertEquals(List.of("pass"), Verifying.words(results));
        assertTrue(results.getFirst().steps().contains("10 octets behind l= are not signed"));
    }

    @Test
    @DisplayName("§6.1.3 a changed body is fail, before the signature is looked at")
    void bodyChanged() {
        var mail = Forge.sign(MAIL, TAGS, RSA);
        assertEquals(
                List.of("fail: body hash did not verify"),
                Verifying.words(
                        Verifying.verify(
                                mail.withBody("other\r\n"), key(RSA), DkimPolicy.STANDARD)));
    }

    @Test
    @DisplayName(
            "§6.1 a thousand signatures: eight are looked at, one key look-up, the rest policy")
    void thousand() {
        var field = Forge.sign(MAIL, TAGS, RSA).header().fields().getFirst();
        var dns = key(RSA);
        var results =
                Verifying.verify(
                        MAIL.under(Collections.nCopies(1000, field)), dns, DkimPolicy.STANDARD);
        var words = Verifying.words(results);
        assertEquals(1000, words.size());
        assertEquals(Collections.nCopies(8, "pass"), words.subList(0, 8));
        assertEquals(
                Collections.nCopies(992, "policy: more than 8 signatures"), words.subList(8, 1000));
        assertEquals(1, dns.asked.get());
    }

    @Test
    @DisplayName("§6.1 signatures are judged one by one, top first")
    void several() {
        var mail = Forge.sign(MAIL, ED_TAGS.replace("s=sel", "s=ed"), ED);
        var both = Forge.sign(mail, TAGS, RSA);
        var dns = key(RSA).txt("ed._domainkey.example.com", "p=");
        assertEquals(
                List.of("pass", "permerror: key revoked"),
                Verifying.words(Verifying.verify(both, dns, DkimPolicy.STANDARD)));
    }

    @Test
    @DisplayName("no signature, no result, nothing asked")
    void none() {
        var dns = new ZoneResolver();
        assertEquals(List.of(), Verifying.verify(MAIL, dns, DkimPolicy.STANDARD));
        assertEquals(0, dns.asked.get());
    }

    @Test
    @DisplayName("§5.4 a signature may cover another DKIM-Signature, simple/simple as well")
    void chained() {
        var first = Forge.sign(MAIL, ED_TAGS, ED);
        var second =
                Forge.sign(
                        first,
                        "v=1; a=rsa-sha256; d=example.com; s=sel2; h=From:DKIM-Signature:Subject",
                        RSA);
        var dns = key(ED).txt("sel2._domainkey.example.com", RSA_RECORD);
        // The verifier's own selection of "DKIM-Signature" takes from the bottom: the first one.
        assertEquals(
                List.of("pass", "pass"),
                Verifying.words(Verifying.verify(second, dns, DkimPolicy.STANDARD)));
    }

    @Test
    @DisplayName("§3.7 the field itself is never among those that h= names")
    void notItself() {
        var mail = Forge.sign(MAIL, TAGS + ":DKIM-Signature:DKIM-Signature", RSA);
        assertEquals(
                List.of("pass"),
                Verifying.words(Verifying.verify(mail, key(RSA), DkimPolicy.STANDARD)));
    }

    @Test
    @DisplayName("what is known is told: domain, selector, identity, key, steps")
    void facts() {
        var result =
                Verifying.verify(
                                Forge.sign(MAIL, TAGS + "; i=a@sub.example.com", RSA),
                                record(RSA_RECORD.replace("k=rsa", "t=y")),
                                DkimPolicy.STANDARD)
                        .getFirst();
        assertEquals("example.com", result.signingDomain().orElseThrow().name());
        assertEquals("sel", result.selector().orElseThrow());
        assertEquals("a@sub.example.com", result.identity().orElseThrow());
        assertEquals("rsa-sha256", result.algorithm().orElseThrow());
        assertEquals(OptionalInt.of(2048), result.keyBits());
        assertTrue(result.testing());
        assertTrue(result.passed());
        for (var start :
                List.of(
                        "signature: a=rsa-sha256 c=relaxed/relaxed d=example.com",
                        "times: now 2026-03-01T12:00:00Z",
                        "dns: TXT " + NAME + ": \"v=DKIM1; t=y; p=",
                        "key: rsa, 2048 bits, testing (t=y)",
                        "body hash: computed ",
                        "signed field: from:a@example.com\\r\\n",
                        "signature over ",
                        "result: pass")) {
            assertTrue(
                    result.steps().stream().anyMatch(step -> step.startsWith(start)),
                    () -> start + " in " + result.steps());
        }
    }

    @Test
    @DisplayName("RFC 8616 §5 a signing domain in U-labels")
    void internationalized() {
        var tags = TAGS.replace("example.com", "b\u00C3\u00BCcher.example");
        assertEquals(
                List.of("pass"),
                Verifying.words(
                        Verifying.verify(
                                Forge.sign(MAIL, tags, RSA),
                                new ZoneResolver()
                                        .txt("sel._domainkey.xn--bcher-kva.example", RSA_RECORD),
                                DkimPolicy.STANDARD)));
    }
}
