package io.postern.admin;

import java.util.Objects;

/// A user who is meant.
public record UserName(String name) {
    public UserName {
        // From JSON: what is missing there is null here.
        Objects.requireNonNull(name, "name is missing");
    }
}
