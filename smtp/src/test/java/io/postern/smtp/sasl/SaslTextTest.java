package io.postern.smtp.sasl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("What SASL messages are made of")
class SaslTextTest {
    /// @param want `-` for none
    record Case(String rule, String text, String want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Case> base64() {
        return Stream.of(
                new Case("nothing", "", ""),
                new Case("text", "AGEAYg==", "\0a\0b"),
                new Case("RFC 4648 §3.2: padding is not left out", "AGEAYg", "-"),
                new Case("§3.2: nor too much", "AGEAYg====", "-"),
                new Case("§3.5: no bits are set in it", "AGEAYh==", "-"),
                new Case("§3.3: another character", "AGEA Yg=", "-"),
                new Case("§5: the URL alphabet", "AGEA_g==", "-"),
                new Case("padding in the middle", "AG==YgAA", "-"),
                new Case("padding alone", "====", "-"),
                new Case("not UTF-8", "/w==", "-"),
                new Case("UTF-8 that is too long", "wIA=", "-"),
                new Case("half a surrogate pair", "7aCA", "-"),
                new Case("a letter beyond ASCII", "w6k=", "\u00e9"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("base64")
    void base64(Case c) {
        assertEquals(c.want(), Base64Text.text(c.text()).orElse("-"));
    }

    static Stream<Case> prepared() {
        return Stream.of(
                new Case("RFC 4013 §3: soft hyphen goes", "I\u00adX", "IX"),
                new Case("§3: no transformation", "user", "user"),
                new Case("§3: case is kept", "USER", "USER"),
                new Case("§3: NFKC", "\u00aa", "a"),
                new Case("§3: NFKC of a number", "\u2168", "IX"),
                new Case("§3: a control is prohibited", "\u0007", "-"),
                new Case("§3: right to left, wrong end", "\u06271", "-"),
                new Case("§2.1: other spaces", "a\u00a0b\u3000c", "a b c"),
                new Case("both directions", "\u0627a\u0627", "-"),
                new Case("right to left", "\u0627\u0628", "\u0627\u0628"),
                new Case("private use", "\ue000", "-"),
                new Case("half a surrogate pair", "\ud83d", "-"),
                new Case("an unassigned code point", "\u0378", "-"),
                new Case("a direction override", "a\u202eb", "-"),
                new Case("NUL", "a\0b", "-"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("prepared")
    void prepared(Case c) {
        assertEquals(c.want(), SaslPrep.prepare(c.text()).orElse("-"));
    }

    static Stream<Case> plain() {
        return Stream.of(
                new Case("RFC 4616 §4: the example", "\0tim\0tanstaaftanstaaf", "tim"),
                new Case("§4: acting as oneself", "tim\0tim\0x", "tim"),
                new Case("§2: acting as another", "ursel\0kurt\0xipj3plmq", "-"),
                new Case("one NUL", "\0tim", "-"),
                new Case("three", "\0tim\0a\0b", "-"),
                new Case("no NUL", "tim", "-"),
                new Case("no name", "\0\0x", "-"),
                new Case("no password", "\0tim\0", "-"),
                new Case("nothing", "", "-"),
                new Case("an over-long name", "\0" + "a".repeat(256) + "\0x", "-"),
                new Case("an over-long password", "\0tim\0" + "a".repeat(256), "-"),
                new Case("prepared", "\0t\u00adim\0x", "tim"),
                new Case("a name of nothing", "\0\u00ad\0x", "-"),
                new Case("a control", "\0ti\tm\0x", "-"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("plain")
    void plain(Case c) {
        assertEquals(c.want(), PlainMessage.parse(c.text()).map(PlainMessage::user).orElse("-"));
    }

    @Test
    @DisplayName("a password is not printed")
    void masked() {
        assertFalse(
                PlainMessage.parse("\0tim\0secret").orElseThrow().toString().contains("secret"));
    }
}
