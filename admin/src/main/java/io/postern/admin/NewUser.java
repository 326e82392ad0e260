package io.postern.admin;

import java.util.List;
import java.util.Objects;

/// A wish for a user, or for another password of one.
///
/// @param addresses as which the user may send; `@example.com` for a whole domain
/// @param password never shown again, nor logged
public record NewUser(String name, List<String> addresses, String password) {
    public NewUser {
        // From JSON: what is missing there is null here.
        Objects.requireNonNull(name, "name is missing");
        Objects.requireNonNull(password, "password is missing");
        addresses = addresses == null ? List.of() : List.copyOf(addresses);
    }

    @Override
    public String toString() {
        return "NewUser[" + name + "]";
    }
}
