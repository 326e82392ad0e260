package io.postern.smtp;

import io.postern.mail.EnvelopeRecipient;
import io.postern.mail.ForwardPath;
import io.postern.mail.Paths;
import io.postern.mail.ReversePath;
import java.util.Locale;
import java.util.Optional;

/// Reads a command line. RFC 5321 §4.1.1; the parameters of MAIL and RCPT are in [Parameters].
///
/// Lenient where RFC 5321 §4.1.1 says so (verbs in any case, white space at the end) and in one
/// place more, because common clients need it: a space after `FROM:` and `TO:`. All else is strict.
public final class CommandParser {
    // RFC 5321 §4.5.3.1.2: 255 octets for a domain; clients give no longer name in good faith.
    private static final int LONGEST_HELO_NAME = 255;
    private static final int LONGEST_MECHANISM = 20;

    private CommandParser() {}

    /// What was found.
    public sealed interface Parsed {
        /// A command.
        record Ok(Command command) implements Parsed {}

        /// None; the reply says why.
        record Bad(Reply reply) implements Parsed {}
    }

    /// The command that this line is.
    ///
    /// @param line without its CRLF, octets decoded as UTF-8, malformed ones as U+FFFD
    public static Parsed parse(String line) {
        return parse(line, true);
    }

    /// The same for a server that need not offer DSN.
    ///
    /// @param dsn whether the parameters of RFC 3461 are known
    public static Parsed parse(String line, boolean dsn) {
        int unfit = firstUnfit(line);
        if (unfit >= 0) {
            return bad(500, "5.5.2", "character " + (unfit + 1) + " may not be in a command");
        }
        int space = line.indexOf(' ');
        var verb = (space < 0 ? line : line.substring(0, space)).toUpperCase(Locale.ROOT);
        var argument = space < 0 ? "" : trimmed(line, space);
        return switch (verb) {
            case "MAIL" -> mail(argument, dsn);
            case "RCPT" -> rcpt(argument, dsn);
            case "DATA" -> bare(verb, argument, new Command.Data());
            case "BDAT" -> bdat(argument);
            case "EHLO", "HELO" -> hello(verb, argument);
            case "RSET" -> bare(verb, argument, new Command.Rset());
            case "QUIT" -> bare(verb, argument, new Command.Quit());
            case "STARTTLS" -> bare(verb, argument, new Command.StartTls());
            case "AUTH" -> auth(argument);
            case "NOOP" -> new Parsed.Ok(new Command.Noop());
            case "HELP" -> new Parsed.Ok(new Command.Help());
            case "VRFY" -> named(verb, argument, new Command.Vrfy());
            case "EXPN" -> named(verb, argument, new Command.Expn());
            // RFC 5321 §4.2.4: 502 for what is known but not done. RFC 821: SEND, SOML, SAML, TURN.
            case "ETRN", "ATRN", "TURN", "SEND", "SOML", "SAML", "BURL", "XCLIENT" ->
                    new Parsed.Ok(new Command.NotImplemented(verb));
            default -> bad(500, "5.5.2", "command not known");
        };
    }

    // RFC 5321 §4.1.2: no control character may be in a path, nor in any other argument. Malformed
    // UTF-8 has become U+FFFD, which nobody needs.
    private static int firstUnfit(String line) {
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c < ' ' || (c >= 0x7f && c < 0xa0) || c == '\uFFFD') {
                return i;
            }
        }
        return -1;
    }

    private static String trimmed(String line, int from) {
        int start = from;
        int end = line.length();
        while (start < end && line.charAt(start) == ' ') {
            start++;
        }
        while (end > start && line.charAt(end - 1) == ' ') {
            end--;
        }
        return line.substring(start, end);
    }

    // RFC 5321 §4.1.4: a client may give a name that is no domain, and must be served; the name is
    // not checked against anything here. None at all is a syntax error.
    private static Parsed hello(String verb, String name) {
        if (name.isEmpty()) {
            return bad(501, "5.5.4", verb + " needs a domain");
        }
        if (name.length() > LONGEST_HELO_NAME || !ascii(name)) {
            return bad(501, "5.5.4", verb + " needs a domain of ASCII, at most 255 octets");
        }
        return new Parsed.Ok(verb.equals("HELO") ? new Command.Helo(name) : new Command.Ehlo(name));
    }

    private static Parsed mail(String argument, boolean dsn) {
        int at = pathStart(argument, "FROM:");
        int end = at < 0 ? at : Paths.end(argument, at);
        if (end <= at) {
            return bad(501, "5.5.4", "say MAIL FROM:<address>");
        }
        var path = argument.substring(at, end);
        return switch (Paths.reversePath(path, true)) {
            case Paths.Parsed.Bad<ReversePath>(_, var why) -> bad(501, "5.1.7", why);
            case Paths.Parsed.Ok<ReversePath>(var reversePath, _) ->
                    Parameters.mail(reversePath, !ascii(path), argument.substring(end), dsn);
        };
    }

    private static Parsed rcpt(String argument, boolean dsn) {
        int at = pathStart(argument, "TO:");
        int end = at < 0 ? at : Paths.end(argument, at);
        if (end <= at) {
            return bad(501, "5.5.4", "say RCPT TO:<address>");
        }
        var path = argument.substring(at, end);
        return switch (Paths.forwardPath(path, true)) {
            case Paths.Parsed.Bad<ForwardPath>(_, var why) -> bad(501, "5.1.3", why);
            case Paths.Parsed.Ok<ForwardPath>(var forwardPath, var route) ->
                    end == argument.length()
                            ? new Parsed.Ok(
                                    new Command.Rcpt(
                                            new EnvelopeRecipient(forwardPath),
                                            !ascii(path),
                                            route))
                            : Parameters.rcpt(
                                    forwardPath, !ascii(path), route, argument.substring(end), dsn);
        };
    }

    /// Where the path begins after the keyword, or -1. RFC 5321 §3.3 allows no space after the
    /// colon; we take it, as every server does.
    private static int pathStart(String argument, String keyword) {
        if (!argument.regionMatches(true, 0, keyword, 0, keyword.length())) {
            return -1;
        }
        int at = keyword.length();
        while (at < argument.length() && argument.charAt(at) == ' ') {
            at++;
        }
        return at;
    }

    // RFC 3030 §2: BDAT SP 1*DIGIT [SP "LAST"].
    private static Parsed bdat(String argument) {
        int space = argument.indexOf(' ');
        var number = space < 0 ? argument : argument.substring(0, space);
        var rest = space < 0 ? "" : trimmed(argument, space);
        if (!digits(number) || !(rest.isEmpty() || rest.equalsIgnoreCase("LAST"))) {
            return bad(501, "5.5.4", "say BDAT size [LAST]");
        }
        return new Parsed.Ok(new Command.Bdat(number(number), !rest.isEmpty()));
    }

    // RFC 4954 §4: AUTH SP mechanism [SP initial-response]. Whether the response is base64 is for
    // the exchange to say: its reply is another.
    private static Parsed auth(String argument) {
        int space = argument.indexOf(' ');
        var mechanism =
                (space < 0 ? argument : argument.substring(0, space)).toUpperCase(Locale.ROOT);
        var response = space < 0 ? "" : trimmed(argument, space);
        if (!mechanismName(mechanism) || response.indexOf(' ') >= 0) {
            return bad(501, "5.5.4", "say AUTH mechanism [initial-response]");
        }
        return new Parsed.Ok(
                new Command.Auth(
                        mechanism, response.isEmpty() ? Optional.empty() : Optional.of(response)));
    }

    // RFC 4422 §3.1: 1 to 20 letters, digits, "-" and "_".
    private static boolean mechanismName(String name) {
        return !name.isEmpty()
                && name.length() <= LONGEST_MECHANISM
                && name.chars()
                        .allMatch(c ->
                                (c >= 'A' && c <= 'Z')
                                        || (c >= '0' && c <= '9')
                                        || c == '-'
                                        || c == '_');
    }

    // RFC 5321 §4.1.1: a command without arguments that has some is a syntax error.
    private static Parsed bare(String verb, String argument, Command command) {
        return argument.isEmpty()
                ? new Parsed.Ok(command)
                : bad(501, "5.5.4", verb + " takes no argument");
    }

    private static Parsed named(String verb, String argument, Command command) {
        return argument.isEmpty()
                ? bad(501, "5.5.4", verb + " needs an argument")
                : new Parsed.Ok(command);
    }

    static boolean digits(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /// The number that these digits are; the greatest `long` when it is greater.
    static long number(String digits) {
        long number = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = digits.charAt(i) - '0';
            if (number > (Long.MAX_VALUE - digit) / 10) {
                return Long.MAX_VALUE;
            }
            number = number * 10 + digit;
        }
        return number;
    }

    static boolean ascii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
    }

    static Parsed.Bad bad(int code, String enhanced, String text) {
        return new Parsed.Bad(Reply.of(code, enhanced, text));
    }
}
