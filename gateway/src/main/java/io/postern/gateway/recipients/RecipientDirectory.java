package io.postern.gateway.recipients;

import io.postern.mail.Mailbox;

/// Knows the recipients of one domain. Safe for many threads.
public interface RecipientDirectory {
    /// What is known of a mailbox of the domain. May block, bounded by a deadline of its own; never
    /// throws for trouble of the world.
    Found look(Mailbox mailbox);
}
