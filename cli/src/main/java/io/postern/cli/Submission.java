package io.postern.cli;

import io.postern.mail.BodyTap;
import io.postern.mail.Content;
import io.postern.mail.ContentBuilder;
import io.postern.mail.HeaderLimits;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/// Reads a message as programs write it to sendmail's standard input: lines end with LF, a single
/// dot may end it, an mbox separator may begin it, and the empty line after the header section, or
/// the whole section, may be missing.
final class Submission {
    /// Pieces in which long lines pass; above what any header line may have.
    private static final int PIECE = 64 * 1024;

    /// RFC 5322 §2.2, and §4.5 for white space before the colon.
    private static final Pattern FIELD = Pattern.compile("[!-9;-~]+[ \t]*:.*", Pattern.DOTALL);

    private enum State {
        START,
        HEADER,
        BODY
    }

    private final InputStream in;
    private final boolean dotIsText;
    private final ContentBuilder out;
    private State state = State.START;
    private boolean skip;

    private Submission(InputStream in, boolean dotIsText, ContentBuilder out) {
        this.in = in;
        this.dotIsText = dotIsText;
        this.out = out;
    }

    /// The message, with CRLF.
    ///
    /// @param dotIsText whether a line with a single dot is text; otherwise it ends the message
    static ContentBuilder.Built read(InputStream in, boolean dotIsText) throws IOException {
        try (var builder =
                new ContentBuilder(
                        Inputs.temporary(),
                        ContentBuilder.DEFAULT_MEMORY_THRESHOLD,
                        HeaderLimits.DEFAULT,
                        BodyTap.none())) {
            new Submission(new BufferedInputStream(in, PIECE), dotIsText, builder).lines();
            return builder.finish();
        }
    }

    private void lines() throws IOException {
        var piece = new byte[PIECE];
        boolean lineBegins = true;
        while (true) {
            int length = 0;
            int octet = -1;
            while (length < PIECE && (octet = in.read()) >= 0 && octet != '\n') {
                piece[length++] = (byte) octet;
            }
            if (octet < 0 && length == 0) {
                return;
            }
            boolean lineEnds = octet == '\n' || octet < 0;
            if (lineEnds && length > 0 && piece[length - 1] == '\r') {
                length--;
            }
            if (lineBegins) {
                if (!dotIsText && lineEnds && length == 1 && piece[0] == '.') {
                    return;
                }
                begin(piece, length);
            }
            out.write(piece, 0, skip ? 0 : length);
            if (lineEnds && !skip) {
                crlf();
            }
            skip = false;
            lineBegins = octet == '\n' || octet < 0;
        }
    }

    /// Decides what a line is by its beginning.
    private void begin(byte[] piece, int length) {
        switch (state) {
            case START -> {
                // RFC 4155: mail programs that keep mbox files hand over its separator too.
                if (startsWith(piece, length, "From ")) {
                    skip = true;
                } else {
                    header(piece, length, true);
                }
            }
            case HEADER -> header(piece, length, false);
            case BODY -> {}
        }
    }

    private void header(byte[] piece, int length, boolean first) {
        state = State.HEADER;
        if (length == 0) {
            state = State.BODY;
            return;
        }
        boolean continues = !first && (piece[0] == ' ' || piece[0] == '\t');
        if (!continues
                && !FIELD.matcher(new String(piece, 0, length, StandardCharsets.ISO_8859_1))
                        .matches()) {
            // No field: the body begins, and whoever wrote it forgot the empty line.
            crlf();
            state = State.BODY;
        }
    }

    private static boolean startsWith(byte[] piece, int length, String text) {
        return length >= text.length()
                && new String(piece, 0, text.length(), StandardCharsets.ISO_8859_1).equals(text);
    }

    private void crlf() {
        out.write(new byte[] {'\r', '\n'}, 0, 2);
    }

    /// What was read, or why it is no message.
    static Content content(ContentBuilder.Built built) {
        return switch (built) {
            case ContentBuilder.Built.Ok(var content) -> content;
            case ContentBuilder.Built.Refused(_, var why) ->
                    throw new Failure(Sysexits.DATAERR, "the message is refused: " + why);
        };
    }
}
