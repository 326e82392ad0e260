package io.postern.cli;

import io.postern.km.KeyFile;
import io.postern.km.KeyFiles;
import io.postern.mail.MailDate;
import io.postern.mail.Mailbox;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/// Tells somebody that their keys were recovered (CA/B S/MIME BR 4.12.1): a message to the gateway
/// on this machine as `postern sendmail` hands it over, else a file for whoever recovers to send.
final class KmNotice {
    private KmNotice() {}

    static void send(Io io, Mailbox owner, KeyFiles made, Path folder) {
        var message = message(io, owner, made).getBytes(StandardCharsets.UTF_8);
        var said = new ByteArrayOutputStream();
        var quiet = new PrintStream(said, true, StandardCharsets.UTF_8);
        var sending =
                new Io(
                        new ByteArrayInputStream(message),
                        quiet,
                        quiet,
                        io.environment(),
                        io.folder(),
                        io.clock(),
                        io.width());
        // RFC 3834 §3.3: nobody is to answer it.
        int code = Sendmail.run(sending, List.of("-i", "-f", "", owner.toString()));
        if (code == Sysexits.OK) {
            io.line(owner + " was told by mail.");
            return;
        }
        var serial = made.files().getFirst().certificate().serial();
        var file = KmRecovery.free(folder, "notice-" + serial.substring(0, 8), ".eml");
        KmOutput.write(file, message);
        io.err()
                .println(
                        "postern: %s was NOT told (%s): send %s"
                                .formatted(
                                        owner,
                                        said.toString(StandardCharsets.UTF_8)
                                                .strip()
                                                .replaceAll("\\s*\\R\\s*", " "),
                                        file));
    }

    private static String signing(KeyFiles made) {
        boolean signs =
                made.files().stream().anyMatch(one -> one.certificate().usage().equals("both"));
        var lines =
                signs
                        ? List.of(
                                "One of these keys signs as well: whoever has it can sign in your name.",
                                "Have its certificate revoked.")
                        : List.of(
                                "Keys that sign in your name were not kept, and were not given to anybody.");
        return "\r\n" + String.join("\r\n", lines) + "\r\n";
    }

    private static String message(Io io, Mailbox owner, KeyFiles made) {
        var now = io.clock().instant();
        var serials =
                made.files().stream()
                        .map(KeyFile::certificate)
                        .map(one ->
                                "  serial %s, %s, valid until %s\r\n"
                                        .formatted(
                                                one.serial(),
                                                one.usage(),
                                                Words.time(one.notAfter())))
                        .collect(Collectors.joining());
        return "From: Key management <postmaster@%s>\r\n".formatted(owner.host())
                + "To: %s\r\n".formatted(owner)
                + "Subject: Your encryption keys were recovered\r\n"
                + "Date: %s\r\n".formatted(MailDate.format(now))
                + "Auto-Submitted: auto-generated\r\n"
                + "MIME-Version: 1.0\r\n"
                + "Content-Type: text/plain; charset=utf-8\r\n"
                + "Content-Transfer-Encoding: 8bit\r\n\r\n"
                + "On %s encryption keys of %s were taken from escrow, so that mail\r\n"
                        .formatted(Words.time(now), owner)
                + "that was encrypted to them can be read by somebody else:\r\n\r\n"
                + serials
                + signing(made)
                + "If you do not know why this was done, ask the administrators of your\r\n"
                + "organization. The act is in the audit of the key management server.\r\n";
    }
}
