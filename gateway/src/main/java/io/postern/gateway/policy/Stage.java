package io.postern.gateway.policy;

import java.util.Locale;

/// The step of the dialogue at which a check is asked, in the order of the dialogue.
public enum Stage {
    /// Before the greeting.
    CONNECT,
    HELO,
    MAIL,
    RCPT,
    /// DATA or the first BDAT, before any octet of content.
    DATA,
    /// The content is complete, the reply to it is not given.
    MESSAGE;

    /// As operators write it: `connect`, `helo`, `mail`, `rcpt`, `data`, `message`.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
