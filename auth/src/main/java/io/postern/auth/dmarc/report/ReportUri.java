package io.postern.auth.dmarc.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.postern.auth.text.Visible;
import io.postern.mail.Domain;
import io.postern.mail.Mailbox;
import io.postern.mail.Paths;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Where reports are wanted: a mailto URI of the tags `rua` and `ruf`. RFC 9989 §4.7, RFC 6068.
///
/// @param mailbox its host is a domain
/// @param maxOctets of the attachment as it travels; RFC 7489 §6.2 wrote it `!10m` behind the URI,
///   RFC 9990 §3.5 still heeds it
public record ReportUri(Mailbox mailbox, Domain host, Optional<Long> maxOctets) {
    /// More than that nobody is told, whatever the record says: a record is a stranger's.
    private static final int MOST = 10;

    /// What a text was read as.
    public sealed interface Parsed {
        record Ok(ReportUri uri) implements Parsed {}

        /// Not one that reports can go to.
        record Bad(String why) implements Parsed {}
    }

    /// All URIs of a tag value, cut at commas (RFC 9989 §4.7: a comma within is `%2C`); at most
    /// ten.
    public static List<Parsed> list(String tagValue) {
        var all = new ArrayList<Parsed>();
        for (int at = 0; at <= tagValue.length() && all.size() < MOST; ) {
            int comma = tagValue.indexOf(',', at);
            int end = comma < 0 ? tagValue.length() : comma;
            if (!tagValue.substring(at, end).isBlank()) {
                all.add(parse(tagValue.substring(at, end)));
            }
            at = end + 1;
        }
        return all;
    }

    /// One URI. Never throws.
    public static Parsed parse(String text) {
        var uri = text.strip();
        if (!uri.regionMatches(true, 0, "mailto:", 0, 7)) {
            return bad(text, "only mailto is known");
        }
        Optional<Long> max = Optional.empty();
        int bang = uri.indexOf('!');
        if (bang >= 0) {
            max = size(uri.substring(bang + 1));
            if (max.isEmpty()) {
                return bad(text, "what follows ! is no size");
            }
            uri = uri.substring(0, bang);
        }
        // RFC 6068 §2: fields of the message to write; not for reports.
        int question = uri.indexOf('?');
        var address = decoded(uri.substring(7, question < 0 ? uri.length() : question));
        if (address.isEmpty()) {
            return bad(text, "% without two hexadecimal digits");
        }
        return switch (Paths.mailbox(address.get(), true)) {
            case Paths.Parsed.Bad<Mailbox>(_, var why) -> bad(text, why);
            case Paths.Parsed.Ok<Mailbox>(var mailbox, _) ->
                    mailbox.host() instanceof Domain host
                            ? new Parsed.Ok(new ReportUri(mailbox, host, max))
                            : bad(text, "an address literal");
        };
    }

    private static Parsed bad(String text, String why) {
        return new Parsed.Bad("\"" + Visible.of(text) + "\": " + why);
    }

    /// RFC 7489 §6.2: digits and perhaps a unit, a power of 1,024.
    private static Optional<Long> size(String text) {
        int digits = 0;
        while (digits < text.length() && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') {
            digits++;
        }
        if (digits == 0 || digits > 9 || digits + 1 < text.length()) {
            return Optional.empty();
        }
        int power =
                digits == text.length()
                        ? 0
                        : 1 + "kmgt".indexOf(Character.toLowerCase(text.charAt(digits)));
        if (power == 0 && digits < text.length()) {
            return Optional.empty();
        }
        long number = Long.parseLong(text.substring(0, digits));
        // Beyond all mail it is no limit.
        return Optional.of(
                number > (Long.MAX_VALUE >> (10 * power))
                        ? Long.MAX_VALUE
                        : number << (10 * power));
    }

    private static Optional<String> decoded(String text) {
        if (text.indexOf('%') < 0) {
            return Optional.of(text);
        }
        var out = new ByteArrayOutputStream();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '%') {
                out.writeBytes(String.valueOf(c).getBytes(UTF_8));
                continue;
            }
            int high = i + 2 < text.length() ? Character.digit(text.charAt(i + 1), 16) : -1;
            int low = i + 2 < text.length() ? Character.digit(text.charAt(i + 2), 16) : -1;
            if (high < 0 || low < 0) {
                return Optional.empty();
            }
            out.write(high << 4 | low);
            i += 2;
        }
        return Optional.of(out.toString(UTF_8));
    }
}
