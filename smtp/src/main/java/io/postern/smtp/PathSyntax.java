package io.postern.smtp;

import io.postern.mail.AddressLiteral;
import io.postern.mail.Domain;
import io.postern.mail.ForwardPath;
import io.postern.mail.Host;
import io.postern.mail.Mailbox;
import io.postern.mail.ReversePath;
import java.net.InetAddress;
import java.util.Optional;

/// Reads paths until `mail` does. RFC 5321 §4.1.2.
final class PathSyntax {
    private PathSyntax() {}

    sealed interface Parsed<P> {
        record Ok<P>(P path, boolean sourceRoute) implements Parsed<P> {}

        record Bad<P>(int at, String why) implements Parsed<P> {}
    }

    static Parsed<ReversePath> reversePath(String text, boolean smtpUtf8) {
        if (text.equals("<>")) {
            return new Parsed.Ok<>(new ReversePath.Null(), false);
        }
        return mailbox(text, smtpUtf8)
                .<Parsed<ReversePath>>map(m -> new Parsed.Ok<>(new ReversePath.Of(m), false))
                .orElseGet(() -> new Parsed.Bad<>(0, "not a reverse-path"));
    }

    static Parsed<ForwardPath> forwardPath(String text, boolean smtpUtf8) {
        if (text.equalsIgnoreCase("<postmaster>")) {
            return new Parsed.Ok<>(new ForwardPath.Postmaster(), false);
        }
        return mailbox(text, smtpUtf8)
                .<Parsed<ForwardPath>>map(m -> new Parsed.Ok<>(new ForwardPath.Of(m), false))
                .orElseGet(() -> new Parsed.Bad<>(0, "not a forward-path"));
    }

    static int end(String text, int start) {
        if (start >= text.length() || text.charAt(start) != '<') {
            return start;
        }
        boolean quoted = false;
        for (int i = start + 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\' && quoted) {
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == '>' && !quoted) {
                return i + 1;
            }
        }
        return text.length();
    }

    private static Optional<Mailbox> mailbox(String text, boolean smtpUtf8) {
        if (!text.endsWith(">") || (!smtpUtf8 && !CommandParser.ascii(text))) {
            return Optional.empty();
        }
        var inner = text.substring(1, text.length() - 1);
        if (inner.startsWith("@") && inner.indexOf(':') > 0) {
            inner = inner.substring(inner.indexOf(':') + 1);
        }
        int at = inner.lastIndexOf('@');
        if (at < 1) {
            return Optional.empty();
        }
        var local = inner.substring(0, at);
        if (local.startsWith("\"") && local.endsWith("\"") && local.length() > 2) {
            local = local.substring(1, local.length() - 1).replaceAll("\\\\(.)", "$1");
        } else if (local.chars().anyMatch(c -> c <= ' ' || "()<>@,;:\\\"[]".indexOf(c) >= 0)) {
            return Optional.empty();
        }
        var localPart = local;
        return host(inner.substring(at + 1)).map(host -> new Mailbox(localPart, host));
    }

    private static Optional<Host> host(String text) {
        if (text.startsWith("[") && text.endsWith("]")) {
            try {
                var literal = text.substring(1, text.length() - 1);
                return Optional.of(
                        new AddressLiteral(InetAddress.ofLiteral(literal.replace("IPv6:", ""))));
            } catch (IllegalArgumentException e) {
                return Optional.empty();
            }
        }
        return Domain.parse(text).map(domain -> domain);
    }
}
