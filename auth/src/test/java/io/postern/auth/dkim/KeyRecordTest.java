package io.postern.auth.dkim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.spec.RSAPublicKeySpec;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("RFC 6376 §3.6.1 key record")
class KeyRecordTest {
    record Case(String rule, String text, String want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("p= alone", "p=YWJj", "rsa YWJj"),
                new Case("v= first", "v=DKIM1; p=YWJj", "rsa YWJj"),
                new Case("v= not first", "p=YWJj; v=DKIM1", "bad"),
                new Case("v= in another case", "v=dkim1; p=YWJj", "bad"),
                new Case("v= another version", "v=DKIM2; p=YWJj", "bad"),
                new Case("no p=", "v=DKIM1; k=rsa", "bad"),
                new Case("empty p= is revoked", "v=DKIM1; p=", "rsa revoked"),
                new Case("white space in p= is dropped", "p=YW Jj", "rsa YWJj"),
                new Case("white space behind the last ;", "p=YWJj; ", "rsa YWJj"),
                new Case("k= is kept even if unknown", "k=future; p=YWJj", "future YWJj"),
                new Case("another policy's record", "v=spf1 -all", "bad"),
                new Case("syntax", "k=rsa; t; p=YWJj", "bad"),
                new Case("t=y", "t=y; p=YWJj", "rsa YWJj testing"),
                new Case("t=s among others", "t=x : s; p=YWJj", "rsa YWJj strict"),
                new Case("s=*", "s=*; p=YWJj", "rsa YWJj"),
                new Case("s=email among others", "s=web : email; p=YWJj", "rsa YWJj"),
                new Case("s= of another service", "s=tlsrpt; p=YWJj", "rsa YWJj not-email"),
                new Case("h= with sha256", "h=sha1:sha256; p=YWJj", "rsa YWJj"),
                new Case("h= without sha256", "h=sha1; p=YWJj", "rsa YWJj no-sha256"),
                new Case("g= is gone", "g=; p=YWJj", "rsa YWJj"));
    }

    static Stream<Case> exponents() {
        var usual = "10001";
        return Stream.of(
                new Case("2048 bits, the usual exponent", record(2048, usual), "2048"),
                new Case("4096 bits, the usual exponent", record(4096, usual), "4096"),
                new Case("2048 bits, an exponent of 33", record(2048, "100000001"), "2048"),
                new Case("2049 bits, an exponent of 33", record(2049, "100000001"), "none"),
                new Case("4096 bits, an exponent of 18", record(4096, "20001"), "none"),
                new Case("1024 bits, an exponent of 34", record(1024, "200000001"), "none"));
    }

    private static String record(int bits, String exponent) {
        var modulus = BigInteger.ONE.shiftLeft(bits).subtract(BigInteger.ONE);
        try {
            var key =
                    KeyFactory.getInstance("RSA")
                            .generatePublic(
                                    new RSAPublicKeySpec(modulus, new BigInteger(exponent, 16)));
            return "p=" + TestKeys.base64(key.getEncoded());
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("exponents")
    void work(Case c) {
        var key = assertInstanceOf(KeyRecord.Parsed.Ok.class, KeyRecord.parse(c.text())).key();
        assertEquals(
                c.want(),
                switch (key.strength(DkimPolicy.STANDARD.maxRsaBits())) {
                    case KeyRecord.Strength.Bits(int bits) -> "" + bits;
                    case KeyRecord.Strength.None _ -> "none";
                });
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void parse(Case c) {
        assertEquals(
                c.want(),
                switch (KeyRecord.parse(c.text())) {
                    case KeyRecord.Parsed.Ok(var key) ->
                            key.keyType()
                                    + " "
                                    + (key.isRevoked() ? "revoked" : key.publicKey())
                                    + (key.isTesting() ? " testing" : "")
                                    + (key.isStrictIdentity() ? " strict" : "")
                                    + (key.isForEmail() ? "" : " not-email")
                                    + (key.allows(HashAlgorithm.SHA256) ? "" : " no-sha256");
                    case KeyRecord.Parsed.Bad _ -> "bad";
                });
    }
}
