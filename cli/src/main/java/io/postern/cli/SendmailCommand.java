package io.postern.cli;

import picocli.CommandLine.Command;

/// Stands in the list of commands and prints the help; [Sendmail] does the work.
@Command(
        name = "sendmail",
        customSynopsis = "postern sendmail [-t] [-i] [-f ADDRESS] [-F NAME] [RECIPIENT...]",
        description = {
            "Hands a message to the gateway, for programs that expect /usr/sbin/sendmail.",
            "",
            "  -t              take the recipients from To, Cc and Bcc as well; of a",
            "                  resent message, from Resent-To, Resent-Cc and Resent-Bcc",
            "  -i, -oi         a line with a single dot does not end the message",
            "  -f, -r ADDRESS  the reverse-path; <> for none",
            "  -F NAME         the author's name, when the message has no From",
            "  -B TYPE         7BIT or 8BITMIME",
            "  -N WHEN         never, or some of success,failure,delay (RFC 3461)",
            "  -R HOW          full or hdrs",
            "  -V ENVID        the envelope id",
            "  --              what follows are recipients",
            "",
            "Other flags of sendmail are taken and ignored, or refused by name where a program would be misled. "
                    + "The gateway is at POSTERN_SENDMAIL=host:port, 127.0.0.1:2525 by default. Ends with a code of "
                    + "sysexits.h: 64 usage, 65 message refused, 67 no such user, 69 refused, 75 try again, "
                    + "77 not allowed."
        },
        footer = {
            "",
            "Examples:",
            "  echo Hello | postern sendmail -f me@example.com you@example.net",
            "  postern sendmail -t -i < message.eml",
            "  sendmail_path = \"/opt/postern/postern sendmail -t -i\"     (php.ini)"
        })
final class SendmailCommand extends Common implements Runnable {
    private final Io io;

    SendmailCommand(Io io) {
        this.io = io;
    }

    @Override
    public void run() {
        io.line("see `postern sendmail --help`");
    }
}
