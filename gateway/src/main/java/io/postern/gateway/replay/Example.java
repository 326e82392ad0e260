package io.postern.gateway.replay;

import io.postern.gateway.seen.SeenHeader;
import io.postern.gateway.seen.SeenMessage;
import io.postern.mail.AuthorDomain;
import java.time.Instant;
import java.util.Optional;

/// A message that would be treated otherwise.
///
/// @param id in the queue, when it was accepted
/// @param from the reverse-path
/// @param author the address in the From field, when there is one
/// @param client its address
/// @param why the reply it would get, or what the checks concluded
public record Example(
        Optional<String> id,
        Instant at,
        String from,
        Optional<String> author,
        String client,
        String why) {
    static Example of(SeenMessage message, String why) {
        return new Example(
                message.id(),
                message.at(),
                message.paths().from(),
                message.header()
                        .map(SeenHeader::header)
                        .filter(header -> AuthorDomain.of(header) instanceof AuthorDomain.One)
                        .map(header -> ((AuthorDomain.One) AuthorDomain.of(header)))
                        .map(one -> one.address().toString()),
                message.client().address(),
                why);
    }
}
