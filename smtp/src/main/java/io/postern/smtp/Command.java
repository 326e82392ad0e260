package io.postern.smtp;

import io.postern.mail.Envelope;
import io.postern.mail.EnvelopeRecipient;
import java.util.Optional;
import java.util.OptionalLong;

/// A command of a client, parsed. RFC 5321 §4.1.1.
public sealed interface Command {
    /// HELO, with its argument as given. RFC 5321 §4.1.1.1.
    record Helo(String name) implements Command {}

    /// EHLO, with its argument as given. RFC 5321 §4.1.1.1.
    record Ehlo(String name) implements Command {}

    /// MAIL. RFC 5321 §4.1.1.2.
    ///
    /// @param envelope without recipients
    /// @param size the SIZE parameter, in octets (RFC 1870 §6)
    /// @param utf8Path whether the path has an octet above 127, which needs SMTPUTF8 (RFC 6531
    ///   §3.4)
    record Mail(Envelope envelope, OptionalLong size, boolean utf8Path) implements Command {}

    /// RCPT. RFC 5321 §4.1.1.3.
    ///
    /// @param utf8Path whether the path has an octet above 127, which needs SMTPUTF8 (RFC 6531
    ///   §3.4)
    /// @param sourceRoute whether a source route stood before the mailbox and was dropped (RFC 5321
    ///   appendix C)
    record Rcpt(EnvelopeRecipient recipient, boolean utf8Path, boolean sourceRoute)
            implements Command {}

    /// DATA. RFC 5321 §4.1.1.4.
    record Data() implements Command {}

    /// BDAT. RFC 3030 §2.
    ///
    /// @param octets of the chunk that follows; a number too great for a `long` is its maximum
    /// @param last whether it is the last chunk
    record Bdat(long octets, boolean last) implements Command {}

    /// RSET. RFC 5321 §4.1.1.5.
    record Rset() implements Command {}

    /// VRFY. RFC 5321 §4.1.1.6.
    record Vrfy() implements Command {}

    /// EXPN. RFC 5321 §4.1.1.7.
    record Expn() implements Command {}

    /// HELP. RFC 5321 §4.1.1.8.
    record Help() implements Command {}

    /// NOOP. RFC 5321 §4.1.1.9.
    record Noop() implements Command {}

    /// QUIT. RFC 5321 §4.1.1.10.
    record Quit() implements Command {}

    /// STARTTLS. RFC 3207 §4.
    record StartTls() implements Command {}

    /// AUTH. RFC 4954 §4.
    ///
    /// @param mechanism in upper case
    /// @param initialResponse in base64 as given, `=` for one that is empty; absent when none was
    ///   given
    record Auth(String mechanism, Optional<String> initialResponse) implements Command {}

    /// A command of some RFC that this server does not do: ETRN, TURN and the like.
    record NotImplemented(String verb) implements Command {}
}
