package io.postern.smtp.server;

/// Reads content as it arrives, in pieces of any size: finds its end, takes the dots away, and
/// notes what must not be there. Copies nothing: octets go to the intake as runs of the piece.
///
/// Only CR LF `.` CR LF ends DATA. RFC 5321 §4.1.1.4; a CR or LF alone never has a meaning
/// (§2.3.8), for servers that gave it one were made to take one message for two (SMTP smuggling).
final class ContentScanner {
    /// What must not be in content. The gravest seen is kept.
    enum Defect {
        NONE,
        /// An octet 0. RFC 5322 §4 knows it as obsolete, RFC 6152 §3 forbids it; some relays drop
        /// it, and so would make a lone dot of NUL and dot.
        NUL,
        /// A CR or an LF alone. RFC 5321 §2.3.8.
        BARE_CR_OR_LF
    }

    /// Takes runs of content.
    interface Intake {
        void take(byte[] octets, int offset, int length);
    }

    private enum At {
        TEXT,
        CR,
        LINE_START,
        DOT,
        DOT_CR
    }

    private final boolean dots;
    private final Intake intake;
    private At at;
    private boolean ended;
    private Defect defect = Defect.NONE;

    private ContentScanner(boolean dots, Intake intake) {
        this.dots = dots;
        this.intake = intake;
        at = dots ? At.LINE_START : At.TEXT;
    }

    /// For DATA: with dots, ended by a line of one dot.
    static ContentScanner data(Intake intake) {
        return new ContentScanner(true, intake);
    }

    /// For BDAT that is not BINARYMIME: without dots, ended by count. RFC 3030 §2.
    static ContentScanner chunks(Intake intake) {
        return new ContentScanner(false, intake);
    }

    /// Reads a piece.
    ///
    /// @return the index after the last octet that belongs to the content or its end; below `to`
    ///   only when ended
    int scan(byte[] octets, int from, int to) {
        int start = from;
        int i = from;
        while (i < to) {
            switch (at) {
                case TEXT -> {
                    i = Octets.nextSpecial(octets, i, to);
                    if (i < to) {
                        text(octets[i++]);
                    }
                }
                case CR -> {
                    if (octets[i] == '\n') {
                        i++;
                        at = dots ? At.LINE_START : At.TEXT;
                    } else {
                        bare();
                    }
                }
                case LINE_START -> {
                    at = At.TEXT;
                    if (octets[i] == '.') {
                        take(octets, start, i);
                        start = ++i;
                        at = At.DOT;
                    }
                }
                case DOT -> {
                    at = At.TEXT; // RFC 5321 §4.5.2: the dot is dropped, whatever follows
                    if (octets[i] == '\r') {
                        i++;
                        at = At.DOT_CR;
                    }
                }
                case DOT_CR -> {
                    if (octets[i] == '\n') {
                        ended = true;
                        return i + 1;
                    }
                    bare();
                }
            }
        }
        // The CR after a dot is held back: it is either part of the end, or a defect.
        take(octets, start, at == At.DOT_CR ? i - 1 : i);
        return i;
    }

    private void text(byte special) {
        switch (special) {
            case '\r' -> at = At.CR;
            case '\n' -> bare();
            default -> {
                if (defect == Defect.NONE) {
                    defect = Defect.NUL;
                }
            }
        }
    }

    private void bare() {
        defect = Defect.BARE_CR_OR_LF;
        at = At.TEXT;
    }

    private void take(byte[] octets, int start, int end) {
        if (end > start && defect == Defect.NONE) {
            intake.take(octets, start, end - start);
        }
    }

    /// Whether the end of DATA was seen.
    boolean ended() {
        return ended;
    }

    /// What was seen so far; after the last chunk of BDAT, see [#defectAtEnd].
    Defect defect() {
        return defect;
    }

    /// What was seen, now that nothing follows: a CR at the very end is alone.
    Defect defectAtEnd() {
        return at == At.CR ? Defect.BARE_CR_OR_LF : defect;
    }
}
