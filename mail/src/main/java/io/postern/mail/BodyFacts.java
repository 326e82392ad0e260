package io.postern.mail;

/// Watches octets pass and says what they need of a next hop: see [ContentFacts].
///
/// For one thread. Lines end with CRLF; a line ended by the end of the octets counts too.
final class BodyFacts {
    private boolean eightBit;
    private boolean nul;
    private boolean bare;
    private long longest;
    private long line;
    private boolean afterCr;

    /// Takes the next octets.
    void take(byte[] octets, int offset, int length) {
        int end = offset + length;
        int lineStart = offset;
        for (int i = offset; i < end; i++) {
            byte b = octets[i];
            if (afterCr) {
                afterCr = false;
                if (b == '\n') {
                    // The CR was counted.
                    endOfLine(line + (i - lineStart) - 1);
                    lineStart = i + 1;
                    continue;
                }
                bare = true;
            }
            if (b > '\r') {
                continue;
            }
            if (b < 0) {
                eightBit = true;
            } else if (b == '\r') {
                afterCr = true;
            } else if (b == '\n') {
                bare = true;
            } else if (b == 0) {
                nul = true;
            }
        }
        line += end - lineStart;
    }

    private void endOfLine(long length) {
        longest = Math.max(longest, length);
        line = 0;
    }

    /// What was seen so far, together with a header section's own.
    ContentFacts with(HeaderFields header) {
        var above = new BodyFacts();
        var octets = header.toBytes();
        above.take(octets, 0, octets.length);
        return new ContentFacts(
                above.eightBit,
                eightBit,
                Math.max(longest(), above.longest()),
                bare() || above.bare(),
                nul || above.nul);
    }

    /// The same as before, with another header section in place of the first.
    static ContentFacts replaced(ContentFacts whole, HeaderFields header) {
        var body = new BodyFacts();
        body.eightBit = whole.eightBitBody();
        body.longest = whole.longestLine();
        body.bare = whole.bareCrOrLf();
        body.nul = whole.nul();
        return body.with(header);
    }

    boolean eightBit() {
        return eightBit;
    }

    boolean nul() {
        return nul;
    }

    boolean bare() {
        return bare || afterCr;
    }

    long longest() {
        return Math.max(longest, afterCr ? line - 1 : line);
    }
}
