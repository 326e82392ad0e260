package io.postern.auth.dmarc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("RFC 9989 §4.7 policy record")
class DmarcRecordTest {
    record Case(String rule, String text, String want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("p= alone", "v=DMARC1; p=reject", "p=reject"),
                new Case("p= in any case", "v=DMARC1; p=ReJect", "p=reject"),
                new Case("white space around = and ;", "v = DMARC1 ;\tp = none ", "p=none"),
                new Case("no semicolon behind", "v=DMARC1;p=none;", "p=none"),
                new Case("v= not first", "p=none; v=DMARC1", "bad"),
                new Case("white space before v=", " v=DMARC1; p=none", "bad"),
                new Case("v= in another case", "v=dmarc1; p=none", "bad"),
                new Case("v= with more behind it", "v=DMARC1x; p=none", "bad"),
                new Case("another record", "v=spf1 -all", "bad"),
                new Case("any order behind v=", "v=DMARC1; sp=none; p=reject", "p=reject sp=none"),
                new Case("np=", "v=DMARC1; p=none; np=reject", "p=none np=reject"),
                new Case("psd=y", "v=DMARC1; p=none; psd=y", "p=none psd=YES"),
                new Case("psd=n", "v=DMARC1; p=none; psd=N", "p=none psd=NO"),
                new Case("psd=u is the default", "v=DMARC1; p=none; psd=u", "p=none"),
                new Case("t=y", "v=DMARC1; p=none; t=y", "p=none testing"),
                new Case(
                        "adkim= and aspf=",
                        "v=DMARC1; p=none; adkim=s; aspf=S",
                        "p=none dkim-s spf-s"),
                new Case("unknown tags are ignored", "v=DMARC1; p=none; future=1", "p=none"),
                new Case(
                        "bad values give way to defaults",
                        "v=DMARC1; p=none; adkim=x; t=maybe; psd=1",
                        "p=none remarks=3"),
                new Case(
                        "what is no tag is passed over",
                        "v=DMARC1; p=none; huh; 1=2",
                        "p=none remarks=2"),
                new Case("a tag twice: RFC 6376 §3.2", "v=DMARC1; p=none; p=reject", "bad, meant"),
                new Case(
                        "§4.10.1 no p= but rua=",
                        "v=DMARC1; rua=mailto:a@example.com",
                        "p=none rua=[mailto:a@example.com] remarks=1"),
                new Case("§4.10.1 no p= and no rua=", "v=DMARC1; sp=reject", "no policy remarks=1"),
                new Case(
                        "§4.10.1 bad p= but rua=",
                        "v=DMARC1; p=x; rua=mailto:a@example.com",
                        "p=none rua=[mailto:a@example.com] remarks=2"),
                new Case(
                        "§4.10.1 bad sp= and no rua=",
                        "v=DMARC1; p=reject; sp=x",
                        "no policy remarks=2"),
                new Case(
                        "§4.10.1 bad np= but rua=",
                        "v=DMARC1; p=reject; np=x; rua=mailto:a@example.com",
                        "p=none rua=[mailto:a@example.com] remarks=2"),
                new Case(
                        "case of URIs is kept",
                        "v=DMARC1; p=none; rua=mailto:A@Example.com",
                        "p=none rua=[mailto:A@Example.com]"),
                new Case(
                        "a list of URIs",
                        "v=DMARC1; p=none; rua=mailto:a@example.com , https://r.example/x",
                        "p=none rua=[mailto:a@example.com, https://r.example/x]"),
                new Case(
                        "RFC 7489's size is dropped",
                        "v=DMARC1; p=none; rua=mailto:a@example.com!10m",
                        "p=none rua=[mailto:a@example.com]"),
                new Case(
                        "§4.8 no bare ! in a URI",
                        "v=DMARC1; p=none; rua=mailto:a!b@example.com",
                        "p=none remarks=1"),
                new Case("what is no URI", "v=DMARC1; p=none; rua=bogus", "p=none remarks=1"),
                new Case(
                        "ruf= and fo=",
                        "v=DMARC1; p=none; ruf=mailto:a@example.com; fo=1:d:s",
                        "p=none ruf=[mailto:a@example.com] fo=[1, d, s]"),
                new Case(
                        "§A.6 pct= is historic",
                        "v=DMARC1; p=none; pct=50",
                        "p=none pct=50 remarks=1"),
                new Case("§A.6 pct=0 too", "v=DMARC1; p=none; pct=0", "p=none pct=0 remarks=1"),
                new Case("pct= out of range", "v=DMARC1; p=none; pct=101", "p=none remarks=1"),
                new Case(
                        "§9 rf= and ri= are historic",
                        "v=DMARC1; p=none; rf=afrf; ri=86400",
                        "p=none remarks=2"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void parse(Case c) {
        assertEquals(
                c.want(),
                switch (DmarcRecord.parse(c.text())) {
                    case DmarcRecord.Parsed.Ok(var record, var remarks) ->
                            text(record) + (remarks.isEmpty() ? "" : " remarks=" + remarks.size());
                    case DmarcRecord.Parsed.Bad(_, boolean meant) -> meant ? "bad, meant" : "bad";
                });
    }

    private static String text(DmarcRecord record) {
        var out = new StringBuilder(record.p().map(p -> "p=" + p.word()).orElse("no policy"));
        record.sp().ifPresent(sp -> out.append(" sp=").append(sp.word()));
        record.np().ifPresent(np -> out.append(" np=").append(np.word()));
        if (record.psd() != DmarcRecord.Psd.UNSTATED) {
            out.append(" psd=").append(record.psd());
        }
        out.append(record.testing() ? " testing" : "");
        out.append(record.adkim() == Alignment.STRICT ? " dkim-s" : "");
        out.append(record.aspf() == Alignment.STRICT ? " spf-s" : "");
        out.append(record.rua().isEmpty() ? "" : " rua=" + record.rua());
        out.append(record.ruf().isEmpty() ? "" : " ruf=" + record.ruf());
        out.append(record.fo().toString().equals("[0]") ? "" : " fo=" + record.fo());
        record.pct().ifPresent(pct -> out.append(" pct=").append(pct));
        return out.toString();
    }

    @Test
    @DisplayName("whatever octets come, a value comes back")
    void random() {
        var random = new Random(9989);
        var pieces = "=;: \t,!@\u0000\u00FFv=DMARC1;p=rejectsp=npruamailto:psdtynadkimpct0";
        for (int round = 0; round < 50_000; round++) {
            var text = new StringBuilder(random.nextInt(4) == 0 ? "" : "v=DMARC1;");
            int length = random.nextInt(60);
            for (int i = 0; i < length; i++) {
                text.append(
                        random.nextInt(4) == 0
                                ? (char) random.nextInt(256)
                                : pieces.charAt(random.nextInt(pieces.length())));
            }
            assertNotNull(DmarcRecord.parse(text.toString()));
        }
    }
}
