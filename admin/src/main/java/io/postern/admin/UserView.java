package io.postern.admin;

import io.postern.gateway.users.OwnAddress;
import io.postern.gateway.users.User;
import java.time.Instant;
import java.util.List;

/// A user. Nothing secret.
///
/// @param addresses as which the user may send
/// @param created when
/// @param passwordSet when the password was last set
public record UserView(String name, List<String> addresses, Instant created, Instant passwordSet) {
    static UserView of(User user) {
        return new UserView(
                user.name(),
                user.addresses().stream().map(OwnAddress::toString).toList(),
                user.created(),
                user.passwordSet());
    }
}
