package io.postern.smtp;

import io.postern.mail.BodyType;
import io.postern.mail.Envelope;
import io.postern.mail.EnvelopeRecipient;
import io.postern.mail.ForwardPath;
import io.postern.mail.Notify;
import io.postern.mail.Ret;
import io.postern.mail.ReversePath;
import io.postern.smtp.CommandParser.Parsed;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// Reads the parameters of MAIL and RCPT. RFC 5321 §4.1.2, esmtp-param.
final class Parameters {
    // RFC 3461 §4.4 and §4.2.
    private static final int LONGEST_ENVID = 100;
    private static final int LONGEST_ORCPT = 500;
    // RFC 4954 §3 (6): what the parameter may add to a MAIL command.
    private static final int LONGEST_SUBMITTER = 500;
    // RFC 1870 §3: 1*20DIGIT.
    private static final int LONGEST_SIZE = 20;

    private static final List<String> MAIL =
            List.of("SIZE", "BODY", "SMTPUTF8", "AUTH", "RET", "ENVID");
    private static final List<String> MAIL_WITHOUT_DSN = MAIL.subList(0, 4);
    private static final List<String> RCPT = List.of("NOTIFY", "ORCPT");

    private Parameters() {}

    /// Keyword in upper case to value, or what is wrong.
    private sealed interface Split {
        record Ok(Map<String, String> values) implements Split {}

        record Bad(Parsed.Bad why) implements Split {}
    }

    static Parsed mail(ReversePath path, boolean utf8Path, String rest, boolean dsn) {
        return switch (split(rest, dsn ? MAIL : MAIL_WITHOUT_DSN)) {
            case Split.Bad(var why) -> why;
            case Split.Ok(var values) -> mail(path, utf8Path, values);
        };
    }

    private static Parsed mail(ReversePath path, boolean utf8Path, Map<String, String> values) {
        var size = OptionalLong.empty();
        var body = BodyType.SEVEN_BIT;
        var smtpUtf8 = false;
        var ret = Optional.<Ret>empty();
        var envelopeId = Optional.<String>empty();
        for (var parameter : values.entrySet()) {
            var value = parameter.getValue();
            switch (parameter.getKey()) {
                case "SIZE" -> {
                    if (!CommandParser.digits(value) || value.length() > LONGEST_SIZE) {
                        return bad("SIZE");
                    }
                    size = OptionalLong.of(CommandParser.number(value));
                }
                case "BODY" -> {
                    var found = bodyType(value);
                    if (found.isEmpty()) {
                        return bad("BODY");
                    }
                    body = found.get();
                }
                case "SMTPUTF8" -> {
                    // RFC 6531 §3.4: it takes no value.
                    if (!value.isEmpty()) {
                        return bad("SMTPUTF8");
                    }
                    smtpUtf8 = true;
                }
                case "RET" -> {
                    ret = ret(value);
                    if (ret.isEmpty()) {
                        return bad("RET");
                    }
                }
                case "AUTH" -> {
                    if (!submitter(value)) {
                        return bad("AUTH");
                    }
                    // RFC 4954 §5: a client that is not trusted to say who submitted a message is
                    // taken to have said "<>". We trust none: whom we know is in the session.
                }
                default -> {
                    if (value.length() > LONGEST_ENVID || !xtext(value)) {
                        return bad("ENVID");
                    }
                    envelopeId = Optional.of(value);
                }
            }
        }
        var envelope = new Envelope(path, body, smtpUtf8, ret, envelopeId, List.of());
        return new Parsed.Ok(new Command.Mail(envelope, size, utf8Path));
    }

    static Parsed rcpt(
            ForwardPath path, boolean utf8Path, boolean sourceRoute, String rest, boolean dsn) {
        return switch (split(rest, dsn ? RCPT : List.of())) {
            case Split.Bad(var why) -> why;
            case Split.Ok(var values) -> rcpt(path, utf8Path, sourceRoute, values);
        };
    }

    private static Parsed rcpt(
            ForwardPath path, boolean utf8Path, boolean sourceRoute, Map<String, String> values) {
        var notify = Optional.<Notify>empty();
        if (values.containsKey("NOTIFY")) {
            notify = notify(values.get("NOTIFY"));
            if (notify.isEmpty()) {
                return bad("NOTIFY");
            }
        }
        var original = Optional.ofNullable(values.get("ORCPT"));
        if (original.isPresent() && !originalRecipient(original.get())) {
            return bad("ORCPT");
        }
        return new Parsed.Ok(
                new Command.Rcpt(
                        new EnvelopeRecipient(path, notify, original), utf8Path, sourceRoute));
    }

    /// Splits ` KEY=value KEY`; a value-less parameter has the value "".
    private static Split split(String rest, List<String> known) {
        var values = HashMap.<String, String>newHashMap(5);
        if (!rest.isEmpty() && rest.charAt(0) != ' ') {
            return new Split.Bad(
                    CommandParser.bad(501, "5.5.4", "a space must follow the address"));
        }
        for (var part : rest.split(" ", -1)) {
            if (part.isEmpty()) {
                continue;
            }
            int equals = part.indexOf('=');
            var keyword = (equals < 0 ? part : part.substring(0, equals)).toUpperCase(Locale.ROOT);
            // RFC 5321 §4.1.1.11: what is not known is refused, never passed over.
            if (!known.contains(keyword)) {
                return new Split.Bad(
                        CommandParser.bad(555, "5.5.4", "parameter not known: " + keyword));
            }
            if (equals == part.length() - 1) {
                return new Split.Bad(bad(keyword)); // esmtp-value is not empty
            }
            if (values.put(keyword, equals < 0 ? "" : part.substring(equals + 1)) != null) {
                return new Split.Bad(CommandParser.bad(501, "5.5.4", keyword + " given twice"));
            }
        }
        return new Split.Ok(values);
    }

    private static Optional<BodyType> bodyType(String value) {
        for (var type : BodyType.values()) {
            if (type.keyword().equalsIgnoreCase(value)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }

    // RFC 3461 §4.3.
    private static Optional<Ret> ret(String value) {
        return switch (value.toUpperCase(Locale.ROOT)) {
            case "FULL" -> Optional.of(Ret.FULL);
            case "HDRS" -> Optional.of(Ret.HDRS);
            default -> Optional.empty();
        };
    }

    // RFC 3461 §4.1: NEVER alone, or a list of the others.
    private static Optional<Notify> notify(String value) {
        if (value.equalsIgnoreCase("NEVER")) {
            return Optional.of(Notify.NEVER);
        }
        var on = EnumSet.noneOf(Notify.Outcome.class);
        for (var word : value.split(",", -1)) {
            switch (word.toUpperCase(Locale.ROOT)) {
                case "SUCCESS" -> on.add(Notify.Outcome.SUCCESS);
                case "FAILURE" -> on.add(Notify.Outcome.FAILURE);
                case "DELAY" -> on.add(Notify.Outcome.DELAY);
                default -> {
                    return Optional.empty();
                }
            }
        }
        return Optional.of(new Notify(on));
    }

    // RFC 3461 §4.2: addr-type ";" xtext. RFC 6533 §3: with the type utf-8, UTF-8 as it is.
    private static boolean originalRecipient(String value) {
        int semicolon = value.indexOf(';');
        if (value.length() > LONGEST_ORCPT || semicolon < 1 || semicolon == value.length() - 1) {
            return false;
        }
        var type = value.substring(0, semicolon);
        // RFC 3461 §4.2: addr-type is an atom of RFC 822.
        if (!type.chars().allMatch(c -> c > ' ' && c < 0x7f && "()<>@,;:\\\".[]".indexOf(c) < 0)) {
            return false;
        }
        var address = value.substring(semicolon + 1);
        return type.equalsIgnoreCase("utf-8") ? xtextOrBeyond(address) : xtext(address);
    }

    // RFC 4954 §5: xtext of a mailbox, or "<>".
    private static boolean submitter(String value) {
        return !value.isEmpty() && value.length() <= LONGEST_SUBMITTER && xtext(value);
    }

    private static boolean xtext(String text) {
        return CommandParser.ascii(text) && xtextOrBeyond(text);
    }

    /// RFC 3461 §4: xtext, and characters beyond ASCII. What is decoded must be printable, as both
    /// ENVID (§4.4) and ORCPT (§4.2) ask: a control character would end up in a DSN.
    private static boolean xtextOrBeyond(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '=' || c <= ' ') {
                return false;
            }
            if (c == '+') {
                int high = i + 2 < text.length() ? hexDigit(text.charAt(i + 1)) : -1;
                int low = high < 0 ? -1 : hexDigit(text.charAt(i + 2));
                int octet = high * 16 + low;
                if (low < 0 || octet < ' ' || octet == 0x7f) {
                    return false;
                }
                i += 2;
            }
        }
        return true;
    }

    // RFC 3461 §4: hexchar is upper case.
    private static int hexDigit(char c) {
        return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
    }

    private static Parsed.Bad bad(String keyword) {
        return CommandParser.bad(501, "5.5.4", "not a value of " + keyword);
    }
}
