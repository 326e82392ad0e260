package io.postern.gateway.recipients;

import io.postern.mail.Mailbox;
import java.util.Collection;
import java.util.Set;
import java.util.stream.Collectors;

/// The recipients that the configuration lists.
final class ListDirectory implements RecipientDirectory {
    private final String source;
    private final Set<String> localParts;

    /// @param localParts in any case
    ListDirectory(String source, Collection<String> localParts) {
        this.source = source;
        this.localParts =
                localParts.stream().map(LocalParts::folded).collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public Found look(Mailbox mailbox) {
        return localParts.contains(LocalParts.folded(mailbox.localPart()))
                ? new Found.Known(source)
                : new Found.Unknown(source);
    }
}
