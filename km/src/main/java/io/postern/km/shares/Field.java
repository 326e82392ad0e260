package io.postern.km.shares;

/// GF(2^8) with the polynomial of AES (FIPS 197 §4.2). No tables and no branches on values: both
/// would show the secret to whoever watches the cache or the clock.
final class Field {
    private static final int POLYNOMIAL = 0x11b;

    private Field() {}

    /// Both 0 to 255.
    static int multiply(int one, int other) {
        int a = one;
        int product = 0;
        for (int bit = 0; bit < 8; bit++) {
            product ^= a & -((other >> bit) & 1);
            a = (a << 1) ^ (POLYNOMIAL & -(a >> 7));
        }
        return product;
    }

    /// a^254, which is 1/a; 0 for 0.
    static int inverse(int a) {
        int square = a;
        int power = 1;
        for (int i = 0; i < 7; i++) {
            square = multiply(square, square);
            power = multiply(power, square);
        }
        return power;
    }
}
