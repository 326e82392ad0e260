package io.postern.auth.arc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.auth.arc.ArcSealer.Sealing;
import io.postern.auth.dkim.DkimResult;
import io.postern.auth.dkim.SampleMail;
import io.postern.auth.dkim.SignatureFactory;
import io.postern.auth.dkim.SignaturePrimitive;
import io.postern.auth.dkim.TestKeys;
import io.postern.mail.HeaderField;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("RFC 8617 §5.1 sealing")
class ArcSealerTest {
    @Test
    @DisplayName("§5.1 what is sealed verifies, set upon set, in lines of 78 octets")
    void sealsVerify() {
        for (int sets = 1; sets <= 4; sets++) {
            var mail = Chains.chain(sets);
            var result = Chains.verify(mail, Chains.zone());
            assertEquals("pass", result.verdict().word(), () -> String.join("\n", result.steps()));
            assertEquals(sets, result.sets().size());
            for (var field : mail.header().fields()) {
                assertTrue(field.raw().lines().allMatch(line -> line.length() <= 78), field::raw);
            }
        }
    }

    @Test
    @DisplayName("§5.1.2 a handler that changes the message keeps the chain whole by its own set")
    void changed() {
        var changed =
                Chains.sealed(
                        Chains.chain(1).withBody("Hello.\r\n-- \r\nthe list\r\n"),
                        "home.example.org",
                        new ArcVerdict.Pass());
        assertEquals("pass", Chains.verify(changed, Chains.zone()).verdict().word());
    }

    @Test
    @DisplayName("§4.1.2 From and DKIM-Signature are covered, ARC-Seal and results are not")
    void covered() {
        var mail =
                Chains.mail()
                        .under(
                                List.of(
                                        SampleMail.field("Authentication-Results: x; none\r\n"),
                                        SampleMail.field("DKIM-Signature: v=1\r\n")));
        var sealed =
                Chains.sealed(
                        Chains.sealed(mail, "lists.example.net", new ArcVerdict.None()),
                        "home.example.org",
                        new ArcVerdict.Pass());
        var signature = sealed.header().first("ARC-Message-Signature").orElseThrow().raw();
        assertTrue(signature.contains("h=From:From:"), signature);
        assertTrue(signature.contains("DKIM-Signature"), signature);
        assertTrue(!signature.contains("ARC-Seal") && !signature.contains("Results"), signature);
    }

    @Test
    @DisplayName("§5.1.2 a chain that failed is sealed with cv=fail, over that set alone")
    void failed() {
        var broken = Chains.chain(2).withBody("Other.\r\n");
        var sealed = Chains.sealed(broken, "lists.example.net", new ArcVerdict.Fail("body"));
        assertTrue(raw(sealed, "ARC-Seal").contains("cv=fail"));
        assertTrue(raw(sealed, "ARC-Seal").contains("i=3"));
        assertEquals("fail", Chains.verify(sealed, Chains.zone()).verdict().word());
        // The seal is good, whatever becomes of the fields that it does not cover.
        var chain = assertInstanceOf(Chain.Whole.class, Chain.of(sealed.header()));
        var last = chain.links().getLast();
        assertEquals(ChainStatus.FAIL, last.seal().status());
        assertEquals(
                new DkimResult.Pass(),
                new SignaturePrimitive(SignatureFactory.PLATFORM)
                        .verify(
                                last.seal().algorithm(),
                                TestKeys.RSA_2048.getPublic(),
                                new SealInput()
                                        .octets(
                                                last.resultsField(),
                                                last.signatureField(),
                                                last.unsignedSeal()),
                                last.seal().signature(),
                                new ArrayList<>()));
    }

    @Test
    @DisplayName("§5.1 step 2 nothing is added to a chain that says it failed")
    void saidFailed() {
        var sealed =
                Chains.sealed(
                        Chains.chain(1).withBody("Other.\r\n"),
                        "home.example.org",
                        new ArcVerdict.Fail("body"));
        assertInstanceOf(
                Sealing.NotSealed.class,
                Chains.seal(sealed, "lists.example.net", new ArcVerdict.Fail("cv")));
        var torn =
                sealed.under(List.of(new HeaderField("ARC-Seal", "ARC-Seal: i=9; nonsense\r\n")));
        assertInstanceOf(
                Sealing.NotSealed.class,
                Chains.seal(torn, "lists.example.net", new ArcVerdict.Fail("torn")));
    }

    @Test
    @DisplayName("§5.1.2 a chain that can't be read is sealed above its highest instance")
    void torn() {
        var torn =
                Chains.chain(2)
                        .under(
                                List.of(
                                        new HeaderField(
                                                "ARC-Seal", "ARC-Seal: i=7; a=b; cv=pass\r\n")));
        var sealed = Chains.sealed(torn, "lists.example.net", new ArcVerdict.Fail("torn"));
        assertTrue(raw(sealed, "ARC-Seal").contains("i=8"), raw(sealed, "ARC-Seal"));
    }

    @Test
    @DisplayName("§4.2.1 nothing is added to fifty sets")
    void fifty() {
        assertInstanceOf(
                Sealing.NotSealed.class,
                Chains.seal(Chains.chain(50), "lists.example.net", new ArcVerdict.Pass()));
    }

    @Test
    @DisplayName("a chain that could not be checked is neither passed nor failed")
    void temporary() {
        assertInstanceOf(
                Sealing.NotSealed.class,
                Chains.seal(
                        Chains.chain(1),
                        "home.example.org",
                        new ArcVerdict.TempError("no answer")));
    }

    @Test
    @DisplayName("a verdict about another header section is our bug")
    void otherVerdict() {
        assertThrows(
                IllegalArgumentException.class,
                () -> Chains.seal(Chains.chain(1), "home.example.org", new ArcVerdict.None()));
        assertThrows(
                IllegalArgumentException.class,
                () -> Chains.seal(Chains.mail(), "home.example.org", new ArcVerdict.Pass()));
    }

    private static String raw(SampleMail mail, String name) {
        return mail.header().first(name).orElseThrow().raw();
    }
}
