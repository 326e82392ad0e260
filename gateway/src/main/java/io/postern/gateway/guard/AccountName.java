package io.postern.gateway.guard;

import java.util.Optional;

/// Whose behaviour is watched.
///
/// @param kind `user` who authenticated, or `client` that did not, by its address
record AccountName(Kind kind, String name) {
    private static final int LONGEST = 400;

    /// How an account is known.
    enum Kind {
        USER("user"),
        CLIENT("client");

        final String word;

        Kind(String word) {
            this.word = word;
        }
    }

    AccountName {
        if (name.length() > LONGEST) {
            name = name.substring(0, LONGEST);
        }
    }

    String key() {
        return kind.word + " " + name;
    }

    static Optional<AccountName> of(String key) {
        for (var kind : Kind.values()) {
            if (key.startsWith(kind.word + " ")) {
                return Optional.of(new AccountName(kind, key.substring(kind.word.length() + 1)));
            }
        }
        return Optional.empty();
    }

    @Override
    public String toString() {
        return key();
    }
}
