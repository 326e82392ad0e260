package io.postern.mail;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The mail envelope: an immutable value, replaced whole. RFC 5321 §2.3.1.
///
/// @param reversePath the argument of MAIL
/// @param bodyType the BODY parameter; 7BIT when not given
/// @param smtpUtf8 whether SMTPUTF8 was given (RFC 6531 §3.4)
/// @param ret the RET parameter (RFC 3461 §4.3)
/// @param envelopeId the ENVID parameter as on the wire (xtext; RFC 3461 §4.4)
/// @param recipients in the order of the RCPT commands that were accepted
public record Envelope(
        ReversePath reversePath,
        BodyType bodyType,
        boolean smtpUtf8,
        Optional<Ret> ret,
        Optional<String> envelopeId,
        List<EnvelopeRecipient> recipients) {
    public Envelope {
        recipients = List.copyOf(recipients);
    }

    /// An envelope without extensions' parameters and, so far, without recipients.
    public static Envelope from(ReversePath reversePath) {
        return new Envelope(
                reversePath,
                BodyType.SEVEN_BIT,
                false,
                Optional.empty(),
                Optional.empty(),
                List.of());
    }

    /// The same envelope with one recipient more.
    public Envelope with(EnvelopeRecipient recipient) {
        var all = new ArrayList<>(recipients);
        all.add(recipient);
        return withRecipients(all);
    }

    /// The same envelope with these recipients instead.
    public Envelope withRecipients(List<EnvelopeRecipient> others) {
        return new Envelope(reversePath, bodyType, smtpUtf8, ret, envelopeId, others);
    }
}
