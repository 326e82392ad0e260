package io.postern.gateway.identities;

import io.postern.mail.Domain;
import java.util.List;
import java.util.Optional;

/// The names of a client in the DNS.
///
/// @param claimed what its PTR records say: whoever has the address chooses them
/// @param confirmed those of them that have the address, so whoever has the name agrees (RFC 8601
///   §2.7.3)
public record ClientNames(List<String> claimed, List<String> confirmed) {
    public static final ClientNames NONE = new ClientNames(List.of(), List.of());

    public ClientNames {
        claimed = List.copyOf(claimed);
        confirmed = List.copyOf(confirmed);
    }

    /// The first that is confirmed and a domain's.
    public Optional<Domain> verified() {
        return confirmed.stream().flatMap(name -> Domain.parse(name).stream()).findFirst();
    }
}
