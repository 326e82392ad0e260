package io.postern.km.vault;

import io.postern.km.secret.KmException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// One way to open the vault: its master key, wrapped under what somebody has.
public final class Slot {
    /// What opens it.
    public enum Kind {
        /// A machine-made key of 256 bits.
        UNSEAL_KEY,
        /// A passphrase, by Argon2id.
        PASSPHRASE,
        /// Any m of n shares.
        SHARES,
        /// A key in a PKCS #11 token.
        PKCS11;

        /// As commands write it.
        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    private final int id;
    private final Kind kind;
    private final Map<String, String> parameters;
    private final byte[] wrapped;

    Slot(int id, Kind kind, Map<String, String> parameters, byte[] wrapped) {
        this.id = id;
        this.kind = kind;
        this.parameters = Map.copyOf(parameters);
        this.wrapped = wrapped.clone();
    }

    /// One that was stored, of its columns.
    ///
    /// @throws KmException when they make no slot
    public static Slot stored(int id, String kind, String parameters, byte[] wrapped) {
        var values = new TreeMap<String, String>();
        for (var part : parameters.split(",", -1)) {
            int equals = part.indexOf('=');
            if (equals > 0) {
                values.put(part.substring(0, equals), part.substring(equals + 1));
            }
        }
        for (var known : Kind.values()) {
            if (known.word().equals(kind)) {
                return new Slot(id, known, values, wrapped);
            }
        }
        throw new KmException(
                "slot %d is of a kind that this version does not know (%s): use the version that made it"
                        .formatted(id, kind));
    }

    /// Its number in the vault.
    public int id() {
        return id;
    }

    /// What opens it.
    public Kind kind() {
        return kind;
    }

    /// The column for [#stored]: nothing secret.
    public String parameters() {
        return String.join(
                ",",
                new TreeMap<>(parameters)
                        .entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList());
    }

    /// The column for [#stored].
    public byte[] wrapped() {
        return wrapped.clone();
    }

    String parameter(String name) {
        var value = parameters.get(name);
        if (value == null) {
            throw damaged();
        }
        return value;
    }

    /// Of a parameter that people named: in hexadecimal digits, for it may have any characters.
    String text(String name) {
        return new String(octets(name), StandardCharsets.UTF_8);
    }

    byte[] octets(String name) {
        try {
            return HexFormat.of().parseHex(parameter(name));
        } catch (IllegalArgumentException _) {
            throw damaged();
        }
    }

    int number(String name, int least, int most) {
        try {
            int number = Integer.parseInt(parameter(name));
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException _) {
            // Said below.
        }
        throw damaged();
    }

    private KmException damaged() {
        return new KmException(
                "slot %d is damaged (%s): open the vault another way and remove it"
                        .formatted(id, parameters()));
    }

    /// For people: what it is.
    public String words() {
        return switch (kind) {
            case UNSEAL_KEY -> "unseal key";
            case PASSPHRASE ->
                    "passphrase (Argon2id, %s MiB, %s passes)"
                            .formatted(number("m", 1, 1 << 22) / 1024, parameter("t"));
            case SHARES ->
                    "%s of %s shares, set %s"
                            .formatted(parameter("need"), parameter("of"), parameter("set"));
            case PKCS11 ->
                    "key \"%s\" of the PKCS #11 token \"%s\"".formatted(text("key"), text("token"));
        };
    }

    /// Two slots are the same when all of them is.
    @Override
    public boolean equals(Object other) {
        return other instanceof Slot slot
                && id == slot.id
                && kind == slot.kind
                && parameters.equals(slot.parameters)
                && Arrays.equals(wrapped, slot.wrapped);
    }

    @Override
    public int hashCode() {
        return 31 * id + kind.hashCode();
    }

    @Override
    public String toString() {
        return "Slot[" + id + ", " + kind.word() + "]";
    }
}
