package io.postern.mail;

/// The argument of MAIL: where reports of failure go. RFC 5321 §4.1.1.2.
public sealed interface ReversePath {
    /// `<>`: a message about which nobody may be told, such as a DSN. RFC 5321 §4.5.5.
    record Null() implements ReversePath {
        @Override
        public String toString() {
            return "<>";
        }
    }

    /// A mailbox.
    record Of(Mailbox mailbox) implements ReversePath {
        @Override
        public String toString() {
            return "<" + mailbox + ">";
        }
    }
}
