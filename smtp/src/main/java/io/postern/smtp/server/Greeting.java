package io.postern.smtp.server;

import io.postern.smtp.Reply;
import java.util.ArrayList;
import java.util.List;

/// The reply to HELO and EHLO. RFC 5321 §4.1.1.1.
final class Greeting {
    private Greeting() {}

    /// No enhanced status code: RFC 2034 §4 leaves this reply out.
    static Reply reply(ServerSettings settings, SessionFacts facts, List<String> mechanisms) {
        var lines = new ArrayList<String>();
        lines.add(settings.hostname());
        if (facts.esmtp()) {
            var limits = settings.limits();
            lines.add("PIPELINING"); // RFC 2920
            lines.add("SIZE " + limits.messageSize()); // RFC 1870
            lines.add("8BITMIME"); // RFC 6152
            lines.add("SMTPUTF8"); // RFC 6531
            lines.add("ENHANCEDSTATUSCODES"); // RFC 2034
            lines.add("CHUNKING"); // RFC 3030
            lines.add("BINARYMIME"); // RFC 3030
            if (settings.dsn()) {
                lines.add("DSN"); // RFC 3461
            }
            // RFC 3207 §4.2: not offered again once it is on.
            if (settings.tls().isPresent() && facts.tls().isEmpty()) {
                lines.add("STARTTLS");
            }
            // RFC 4954 §3. Not once it is done: a second AUTH is refused.
            if (!mechanisms.isEmpty() && facts.user().isEmpty()) {
                lines.add("AUTH " + String.join(" ", mechanisms));
            }
            // RFC 9422 §4.
            lines.add("LIMITS MAILMAX=" + limits.messages() + " RCPTMAX=" + limits.recipients());
            lines.add("HELP");
        }
        return new Reply(250, "", lines);
    }
}
