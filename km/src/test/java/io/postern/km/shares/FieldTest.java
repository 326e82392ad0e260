package io.postern.km.shares;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("FIPS 197 §4 the field of AES")
class FieldTest {
    @Test
    @DisplayName("§4.2 {57}·{83} = {c1}; §4.2.1 {57}·{13} = {fe}")
    void examples() {
        assertEquals(0xc1, Field.multiply(0x57, 0x83));
        assertEquals(0xfe, Field.multiply(0x57, 0x13));
        assertEquals(0xca, Field.inverse(0x53));
    }

    @Test
    @DisplayName("each value but 0 times its inverse is 1, and 0 has 0")
    void inverses() {
        assertEquals(0, Field.inverse(0));
        for (int a = 1; a < 256; a++) {
            assertEquals(1, Field.multiply(a, Field.inverse(a)), "of " + a);
        }
    }

    @Test
    @DisplayName("multiplication commutes and distributes, for all pairs")
    void laws() {
        for (int a = 0; a < 256; a++) {
            for (int b = 0; b < 256; b++) {
                assertEquals(Field.multiply(a, b), Field.multiply(b, a));
                assertEquals(
                        Field.multiply(a, b ^ 0x1d),
                        Field.multiply(a, b) ^ Field.multiply(a, 0x1d));
            }
        }
    }
}
