package io.postern.mail;

/// The argument of RCPT. RFC 5321 §4.1.1.3.
public sealed interface ForwardPath {
    /// `<Postmaster>` without a domain, in any case: always ours. RFC 5321 §4.5.1.
    record Postmaster() implements ForwardPath {
        @Override
        public String toString() {
            return "<Postmaster>";
        }
    }

    /// A mailbox.
    record Of(Mailbox mailbox) implements ForwardPath {
        @Override
        public String toString() {
            return "<" + mailbox + ">";
        }
    }
}
