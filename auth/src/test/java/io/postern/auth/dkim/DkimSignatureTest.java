package io.postern.auth.dkim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("RFC 6376 §3.5, §6.1.1 DKIM-Signature")
class DkimSignatureTest {
    private static final String BH = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    private static final String GOOD =
            "v=1; a=rsa-sha256; d=example.com; s=sel; h=From:To; bh=" + BH + "; b=YWJj";

    /// The good signature with one piece replaced.
    record Case(String rule, String from, String to, String want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("as it is", "", "", "ok"),
                new Case("not a tag-list", "a=rsa-sha256", "a", "neutral"),
                new Case("v= required", "v=1; ", "", "permerror"),
                new Case("v= other than 1", "v=1", "v=2", "neutral"),
                new Case("v=1.0 is not 1", "v=1", "v=1.0", "neutral"),
                new Case("a= required", "a=rsa-sha256; ", "", "permerror"),
                new Case("a= unknown", "rsa-sha256", "rsa-sha512", "neutral"),
                new Case("d= required", "d=example.com; ", "", "permerror"),
                new Case("d= in any case", "example.com", "EXAMPLE.com", "ok"),
                new Case("d= has two labels at least", "example.com", "com", "neutral"),
                new Case("d= not a domain", "example.com", "exa mple..com", "neutral"),
                new Case("s= required", "s=sel; ", "", "permerror"),
                new Case("s= of several labels", "s=sel", "s=a.b", "ok"),
                new Case("s= empty", "s=sel", "s=", "neutral"),
                new Case("h= required", "h=From:To; ", "", "permerror"),
                new Case("h= without From", "h=From:To", "h=To", "permerror"),
                new Case("h= From in any case", "h=From:To", "h=to : FROM", "ok"),
                new Case("h= empty", "h=From:To", "h=", "neutral"),
                new Case("h= with an empty name", "h=From:To", "h=From::To", "neutral"),
                new Case("bh= required", "bh=" + BH + "; ", "", "permerror"),
                new Case("bh= of another length", BH, "YWJj", "neutral"),
                new Case("bh= not base64", BH, "!", "neutral"),
                new Case("b= required", "; b=YWJj", "", "permerror"),
                new Case("b= empty", "b=YWJj", "b=", "neutral"),
                new Case("b= not base64", "b=YWJj", "b=Y*Jj", "neutral"),
                new Case("b= folded", "b=YWJj", "b=Y\r\n WJ\t j", "ok"),
                new Case("c= one word", "v=1", "v=1; c=relaxed", "ok"),
                new Case("c= unknown", "v=1", "v=1; c=nofws", "neutral"),
                new Case("c= unknown for the body", "v=1", "v=1; c=simple/x", "neutral"),
                new Case("i= below d=", "v=1", "v=1; i=a@sub.example.com", "ok"),
                new Case("i= elsewhere", "v=1", "v=1; i=a@example.org", "permerror"),
                new Case("i= ends alike only", "v=1", "v=1; i=a@badexample.com", "permerror"),
                new Case("i= above d=", "v=1", "v=1; i=a@com", "permerror"),
                new Case("i= without @", "v=1", "v=1; i=example.com", "neutral"),
                new Case("i= with a broken =XX", "v=1", "v=1; i=a=4@example.com", "neutral"),
                new Case("l= not a number", "v=1", "v=1; l=-1", "neutral"),
                new Case("l= of 77 digits", "v=1", "v=1; l=" + "1".repeat(77), "neutral"),
                new Case("q= dns/txt among others", "v=1", "v=1; q=x : dns/txt", "ok"),
                new Case("q= unknown only", "v=1", "v=1; q=http", "neutral"),
                new Case("t= not a number", "v=1", "v=1; t=now", "neutral"),
                new Case("t= of 13 digits", "v=1", "v=1; t=1234567890123", "neutral"),
                new Case("x= after t=", "v=1", "v=1; t=1; x=2", "ok"),
                new Case("x= not after t=", "v=1", "v=1; t=2; x=2", "permerror"),
                new Case("unknown tags mean nothing", "v=1", "v=1; future=yes", "ok"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void parse(Case c) {
        assertTrue(GOOD.contains(c.from()));
        var text = c.from().isEmpty() ? GOOD : GOOD.replace(c.from(), c.to());
        assertEquals(
                c.want(),
                switch (DkimSignature.parse(" " + text + "\r\n")) {
                    case DkimSignature.Parsed.Ok _ -> "ok";
                    case DkimSignature.Parsed.Bad(var result) -> result.word();
                });
    }

    private static DkimSignature read(String text) {
        return switch (DkimSignature.parse(text)) {
            case DkimSignature.Parsed.Ok(var signature) -> signature;
            case DkimSignature.Parsed.Bad(var result) -> throw new AssertionError(result);
        };
    }

    @Test
    @DisplayName("§3.5: defaults")
    void defaults() {
        var signature = read(GOOD);
        assertEquals(Canonicalization.SIMPLE, signature.headerCanonicalization());
        assertEquals(Canonicalization.SIMPLE, signature.bodyCanonicalization());
        assertEquals("@example.com", signature.identity());
        assertEquals(OptionalLong.empty(), signature.bodyLength());
        assertEquals(List.of("From", "To"), signature.signedFields());
        assertEquals("sel._domainkey.example.com", signature.dnsName());
    }

    @Test
    @DisplayName("§2.11: i= is decoded")
    void quotedPrintable() {
        assertEquals(
                "a;b=c@example.com",
                read(GOOD.replace("v=1", "v=1; i=a=3Bb=3Dc@example.com")).identity());
    }

    @Test
    @DisplayName("RFC 8616 §5: U-labels in d=, s= and i= become A-labels for the DNS")
    void internationalized() {
        var octets = "b\u00C3\u00BCcher";
        var signature =
                read(
                        GOOD.replace("example.com", octets + ".example")
                                .replace("s=sel", "s=" + octets)
                                .replace("v=1", "v=1; i=\u00C3\u00A9@" + octets + ".example"));
        assertEquals("xn--bcher-kva._domainkey.xn--bcher-kva.example", signature.dnsName());
        assertEquals("\u00E9@b\u00FCcher.example", signature.identity());
    }

    @Test
    @DisplayName("§3.5: l= beyond what a long holds is more than any body")
    void hugeLength() {
        assertEquals(
                OptionalLong.of(Long.MAX_VALUE),
                read(GOOD.replace("v=1", "v=1; l=" + "9".repeat(76))).bodyLength());
    }
}
