package io.postern.gateway.users;

import java.util.List;
import java.util.Optional;

/// Whose addresses are whose: a user of the store has those in the store, whatever a directory
/// says.
public record Owners(Users store, Optional<DirectoryUsers> directory)
        implements OwnAddresses.AddressBook {
    @Override
    public Owned of(String user) {
        var kept = store.find(user);
        if (kept.isPresent()) {
            return new Owned.Addresses(kept.get().addresses());
        }
        return directory
                .map(users -> users.addresses(user))
                .orElseGet(() -> new Owned.Addresses(List.of()));
    }
}
