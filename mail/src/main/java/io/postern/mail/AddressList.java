package io.postern.mail;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;

/// Reads the addresses of a From, Sender, To and such field. RFC 5322 §3.4 with the obsolete syntax
/// of §4.4 and UTF-8 (RFC 6532); groups are flattened, comments dropped, encoded-words left as they
/// are.
///
/// What no grammar allows is not guessed at: two readers would guess two addresses.
public final class AddressList {
    private AddressList() {}

    /// One mailbox of the list.
    ///
    /// @param displayName unquoted, white space collapsed; empty when there is none
    public record Entry(String displayName, Mailbox mailbox) {}

    /// What was found.
    public sealed interface Parsed {
        /// A list.
        ///
        /// @param entries in order; empty when there are only empty groups, never for an empty
        ///   field
        record Ok(List<Entry> entries) implements Parsed {
            public Ok {
                entries = List.copyOf(entries);
            }
        }

        /// No list.
        ///
        /// @param at index in the field body of the first character that does not fit
        record Bad(int at, String why) implements Parsed {}
    }

    /// The addresses of that field. Octets above 127 are read as UTF-8.
    public static Parsed parse(HeaderField field) {
        return parse(decode(field.rawBody()));
    }

    /// The addresses of that field body.
    public static Parsed parse(String text) {
        return new AddressReader(text).read();
    }

    private static String decode(String raw) {
        for (int i = 0; i < raw.length(); i++) {
            if (raw.charAt(i) > 127) {
                return new String(raw.getBytes(ISO_8859_1), UTF_8);
            }
        }
        return raw;
    }
}
