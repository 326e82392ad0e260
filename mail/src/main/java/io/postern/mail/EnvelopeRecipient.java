package io.postern.mail;

import java.util.Optional;

/// One recipient of an envelope.
///
/// @param path as given in RCPT
/// @param notifyOn the NOTIFY parameter; absent when not given (then failure, and delay as we like:
///   RFC 3461 §4.1)
/// @param originalRecipient the ORCPT parameter as on the wire, `addr-type;xtext`; absent when not
///   given
public record EnvelopeRecipient(
        ForwardPath path, Optional<Notify> notifyOn, Optional<String> originalRecipient) {
    public EnvelopeRecipient(ForwardPath path) {
        this(path, Optional.empty(), Optional.empty());
    }
}
