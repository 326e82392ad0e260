package io.postern.gateway.identities;

import io.postern.mail.Domain;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// The names of a client in the DNS.
///
/// @param claimed what its PTR records say: whoever has the address chooses them
/// @param confirmed those of them that have the address, so whoever has the name agrees (RFC 8601
///   §2.7.3)
/// @param open whether trouble of the DNS left open what it claims, or whether one that is claimed
///   and not confirmed has the address
public record ClientNames(List<String> claimed, List<String> confirmed, boolean open) {
    public static final ClientNames NONE = new ClientNames(List.of(), List.of(), false);

    /// Nothing is known now.
    public static final ClientNames UNKNOWN = new ClientNames(List.of(), List.of(), true);

    public ClientNames {
        claimed = List.copyOf(claimed);
        confirmed = List.copyOf(confirmed);
    }

    /// Whether a name of that kind could be confirmed another time, and none is now.
    public boolean mayHave(Predicate<String> kind) {
        return open
                && confirmed.stream().noneMatch(kind)
                && (claimed.isEmpty() || claimed.stream().anyMatch(kind));
    }

    /// The first that is confirmed and a domain's.
    public Optional<Domain> verified() {
        return confirmed.stream().flatMap(name -> Domain.parse(name).stream()).findFirst();
    }
}
