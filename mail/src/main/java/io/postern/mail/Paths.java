package io.postern.mail;

/// Reads the paths of MAIL and RCPT. RFC 5321 §4.1.2, RFC 6531 §3.3.
///
/// The text is the command's octets decoded as UTF-8; a malformed octet must have become U+FFFD,
/// which no path may have. Nothing here throws on any text.
///
/// Limits are those of RFC 5321 §4.5.3.1 in octets: 64 for a local part, 255 for a domain, 256 for
/// a path with its brackets (a source route counts).
public final class Paths {
    private Paths() {}

    /// What was found.
    public sealed interface Parsed<P> {
        /// A path.
        ///
        /// @param sourceRoute whether a source route stood before it and was dropped (RFC 5321
        ///   §4.1.1.3 and appendix C: SHOULD be ignored, MAY be refused)
        record Ok<P>(P path, boolean sourceRoute) implements Parsed<P> {}

        /// None.
        ///
        /// @param at index of the first character that does not fit
        record Bad<P>(int at, String why) implements Parsed<P> {}
    }

    /// The argument of MAIL, brackets included, and nothing after it.
    ///
    /// @param smtpUtf8 whether characters beyond ASCII are allowed
    public static Parsed<ReversePath> reversePath(String text, boolean smtpUtf8) {
        if (text.equals("<>")) {
            return new Parsed.Ok<>(new ReversePath.Null(), false);
        }
        return switch (new PathReader(text, smtpUtf8).path()) {
            case Parsed.Ok<Mailbox>(var mailbox, var route) ->
                    new Parsed.Ok<>(new ReversePath.Of(mailbox), route);
            case Parsed.Bad<Mailbox>(var at, var why) -> new Parsed.Bad<>(at, why);
        };
    }

    /// The argument of RCPT, brackets included, and nothing after it.
    ///
    /// @param smtpUtf8 whether characters beyond ASCII are allowed
    public static Parsed<ForwardPath> forwardPath(String text, boolean smtpUtf8) {
        // RFC 5321 §4.1.1.3: without a domain, and in any case of letters.
        if (text.equalsIgnoreCase("<postmaster>")) {
            return new Parsed.Ok<>(new ForwardPath.Postmaster(), false);
        }
        return switch (new PathReader(text, smtpUtf8).path()) {
            case Parsed.Ok<Mailbox>(var mailbox, var route) ->
                    new Parsed.Ok<>(new ForwardPath.Of(mailbox), route);
            case Parsed.Bad<Mailbox>(var at, var why) -> new Parsed.Bad<>(at, why);
        };
    }

    /// A mailbox without brackets, as people type and files keep it.
    ///
    /// @param smtpUtf8 whether characters beyond ASCII are allowed
    public static Parsed<Mailbox> mailbox(String text, boolean smtpUtf8) {
        return new PathReader(text, smtpUtf8).mailboxOnly();
    }

    /// The index after the `>` that closes the path which begins at `start`: quoted strings may
    /// hold `>` and spaces. The text's length when nothing closes it, or `start` when no `<` stands
    /// there.
    public static int end(String text, int start) {
        if (start >= text.length() || text.charAt(start) != '<') {
            return start;
        }
        boolean quoted = false;
        for (int i = start + 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quoted && c == '\\') {
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == '>' && !quoted) {
                return i + 1;
            }
        }
        return text.length();
    }
}
