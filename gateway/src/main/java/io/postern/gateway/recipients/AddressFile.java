package io.postern.gateway.recipients;

import io.postern.mail.Domain;
import io.postern.mail.Mailbox;
import io.postern.mail.Paths;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Consumer;

/// The text form of a list of recipients: UTF-8, a line for each address or for a whole domain
/// (`@example.com`), empty lines, and comments from a `#` that stands first or after a space.
///
/// Read whole or not at all. A list without any address is refused: it is what a broken export
/// leaves behind, and would refuse everybody.
final class AddressFile {
    /// Octets of one list.
    static final long MAX_OCTETS = 1L << 30;

    /// Octets of one line. RFC 5321 §4.5.3.1.3 gives an address 254; the rest is comment.
    private static final int MAX_LINE = 4096;

    private AddressFile() {}

    /// What came of reading.
    sealed interface Parsed {
        /// The whole was read.
        ///
        /// @param entries lines with an address
        record Ok(long entries) implements Parsed {}

        /// It was not.
        ///
        /// @param line from 1; 0 when it is about the whole
        record Bad(long line, String why) implements Parsed {}
    }

    /// One line's address.
    ///
    /// @param normal its normal form, or `@domain`
    /// @param domain its domain
    record Entry(String normal, Domain domain) {}

    /// Reads all of it; the taker gets one entry after the other, and should forget them when the
    /// whole is bad.
    static Parsed read(InputStream from, Consumer<Entry> taker) throws IOException {
        var in = new BufferedInputStream(from, 1 << 16);
        var line = new byte[MAX_LINE];
        long entries = 0;
        long octets = 0;
        for (long number = 1; ; number++) {
            int length = 0;
            int octet = in.read();
            while (octet >= 0 && octet != '\n') {
                if (length == MAX_LINE) {
                    return new Parsed.Bad(number, "is longer than " + MAX_LINE + " octets");
                }
                line[length++] = (byte) octet;
                octet = in.read();
            }
            octets += length + 1;
            if (octets > MAX_OCTETS) {
                return new Parsed.Bad(0, "has more than " + MAX_OCTETS + " octets");
            }
            String text;
            try {
                text = content(line, length, number == 1);
            } catch (CharacterCodingException e) {
                return new Parsed.Bad(number, "is not UTF-8");
            }
            if (!text.isEmpty()) {
                var entry = entry(text);
                if (entry.isEmpty()) {
                    return new Parsed.Bad(
                            number, "is neither an address nor @domain: " + shown(text));
                }
                if (++entries > AddressTable.MAX_ENTRIES) {
                    return new Parsed.Bad(
                            0, "has more than " + AddressTable.MAX_ENTRIES + " addresses");
                }
                taker.accept(entry.get());
            }
            if (octet < 0) {
                return entries == 0
                        ? new Parsed.Bad(0, "holds no address, and would refuse everybody")
                        : new Parsed.Ok(entries);
            }
        }
    }

    private static String content(byte[] line, int length, boolean first)
            throws CharacterCodingException {
        var text =
                StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(line, 0, length))
                        .toString();
        // What some editors write first.
        if (first && text.startsWith("\uFEFF")) {
            text = text.substring(1);
        }
        for (int hash = text.indexOf('#'); hash >= 0; hash = text.indexOf('#', hash + 1)) {
            if (hash == 0 || text.charAt(hash - 1) == ' ' || text.charAt(hash - 1) == '\t') {
                text = text.substring(0, hash);
                break;
            }
        }
        return text.strip();
    }

    /// The entry of an address, or of `@domain`; empty when it is neither.
    static Optional<Entry> entry(String text) {
        if (text.startsWith("@")) {
            return Domain.parse(text.substring(1))
                    .map(domain -> new Entry(NormalAddress.everybodyAt(domain), domain));
        }
        if (Paths.mailbox(text, true) instanceof Paths.Parsed.Ok<Mailbox>(var mailbox, _)
                && mailbox.host() instanceof Domain domain) {
            // Without a separator: what stands in a list is an address of its own.
            var normal = NormalAddress.of(mailbox.localPart(), domain, Optional.empty());
            return Optional.of(new Entry(normal.whole(), domain));
        }
        return Optional.empty();
    }

    private static String shown(String text) {
        var clean = new StringBuilder();
        text.codePoints()
                .limit(60)
                .forEach(c -> clean.appendCodePoint(Character.isISOControl(c) ? '?' : c));
        return clean + (text.length() > clean.length() ? "…" : "");
    }
}
