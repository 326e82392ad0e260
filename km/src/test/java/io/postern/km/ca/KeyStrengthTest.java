package io.postern.km.ca;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("CA/B S/MIME BR 6.1 which keys are certified")
class KeyStrengthTest {
    record Case(String rule, PublicKey key, String words) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Case> weak() throws Exception {
        return Stream.of(
                new Case("6.1.5 RSA of 1024 bits", WeakKeys.rsa1024(), "1024 bits"),
                new Case("6.1.6 exponent 3", WeakKeys.exponent(3), "65537"),
                new Case("6.1.6 even exponent", WeakKeys.exponent(65538), "65537"),
                new Case("6.1.6 a factor below 752", WeakKeys.smallFactor(), "factored"),
                new Case("6.1.1.3 close primes", WeakKeys.closePrimes(), "factored"),
                new Case("6.1.1.3 twice the same prime", WeakKeys.square(), "factored"),
                new Case("6.1.1.3 ROCA", WeakKeys.roca(), "factored"),
                new Case("6.1.5 P-521", WeakKeys.curve("secp521r1"), "P-256"),
                new Case("6.1.5 Ed25519", WeakKeys.ed25519(), "P-256"),
                new Case("6.1.6 a point off its curve", offCurve(), "no point"));
    }

    /// A key object whose point was moved by one.
    private static PublicKey offCurve() throws Exception {
        var good = (ECPublicKey) WeakKeys.curve("secp256r1");
        return new Moved(good);
    }

    @SuppressWarnings("serial")
    private record Moved(ECPublicKey good) implements ECPublicKey {
        @Override
        public ECPoint getW() {
            return new ECPoint(
                    good.getW().getAffineX(), good.getW().getAffineY().xor(BigInteger.ONE));
        }

        @Override
        public String getAlgorithm() {
            return "EC";
        }

        @Override
        public String getFormat() {
            return good.getFormat();
        }

        @Override
        public byte[] getEncoded() {
            return good.getEncoded();
        }

        @Override
        public ECParameterSpec getParams() {
            return good.getParams();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("weak")
    @DisplayName("refused, and said why")
    void refused(Case one) {
        var why = KeyStrength.ofSubscriber(one.key()).orElse("taken");
        assertTrue(why.contains(one.words()), why);
        assertTrue(KeyStrength.ofAuthority(one.key()).isPresent());
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    @DisplayName("what is made here is taken; an authority's is 4096 bits or P-384")
    void ours(KeyKind kind) {
        var key = kind.generate(TestCa.RANDOM).getPublic();
        assertEquals(Optional.empty(), KeyStrength.ofSubscriber(key));
        assertEquals(kind.fitsAuthority(), KeyStrength.ofAuthority(key).isEmpty());
    }

    @Test
    @DisplayName("2048 bits are enough for a subscriber's")
    void least() throws Exception {
        assertEquals(Optional.empty(), KeyStrength.ofSubscriber(WeakKeys.exponent(65537)));
    }
}
