package io.postern.gateway.users;

import io.postern.smtp.sasl.ScramKeys;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A user in the store.
///
/// @param name prepared (RFC 4013) and in lower case
/// @param addresses as which the user may send; with none, only a name that is an address itself
/// @param created when
/// @param passwordSet when the password was last set
public record User(
        String name,
        List<OwnAddress> addresses,
        Instant created,
        Instant passwordSet,
        PasswordHash hash,
        ScramKeys scram) {
    private static final String FORMAT = "user/1";

    public User {
        addresses = List.copyOf(addresses);
    }

    /// The record to be wrapped: lines of a word and its value.
    byte[] record() {
        var text = new StringBuilder(FORMAT).append('\n');
        text.append("created ").append(created.toEpochMilli()).append('\n');
        text.append("password-set ").append(passwordSet.toEpochMilli()).append('\n');
        text.append("argon2 ").append(hash.text()).append('\n');
        text.append("scram ").append(scram.text()).append('\n');
        addresses.forEach(address -> text.append("address ").append(address).append('\n'));
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /// The user of a record; empty when it is none of this version.
    static Optional<User> read(String name, byte[] record) {
        var lines = new String(record, StandardCharsets.UTF_8).split("\n", -1);
        if (!lines[0].equals(FORMAT)) {
            return Optional.empty();
        }
        var addresses = new ArrayList<OwnAddress>();
        Optional<Instant> created = Optional.empty();
        Optional<Instant> passwordSet = Optional.empty();
        Optional<PasswordHash> hash = Optional.empty();
        Optional<ScramKeys> scram = Optional.empty();
        for (var line : lines) {
            int space = line.indexOf(' ');
            var value = line.substring(space + 1);
            switch (line.substring(0, Math.max(space, 0))) {
                case "created" -> created = instant(value);
                case "password-set" -> passwordSet = instant(value);
                case "argon2" -> hash = PasswordHash.parse(value);
                case "scram" -> scram = ScramKeys.parse(value);
                case "address" -> OwnAddress.parse(value).ifPresent(addresses::add);
                default -> {} // the first line, the end, and what a later version adds
            }
        }
        return created.isEmpty() || passwordSet.isEmpty() || hash.isEmpty() || scram.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new User(
                                name,
                                addresses,
                                created.get(),
                                passwordSet.get(),
                                hash.get(),
                                scram.get()));
    }

    private static Optional<Instant> instant(String millis) {
        try {
            return Optional.of(Instant.ofEpochMilli(Long.parseLong(millis)));
        } catch (NumberFormatException _) {
            return Optional.empty();
        }
    }
}
