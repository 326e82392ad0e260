package io.postern.gateway.recipients;

import io.postern.mail.Domain;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/// A list of recipients as hashes, as the inside makes it and the perimeter keeps it.
///
/// ```
/// postern-recipients 1
/// made 2026-11-22T08:00:00Z
/// salt 64 hexadecimal digits
/// domain example.com
/// 32 hexadecimal digits for each address, in their order
/// end 2 SHA-256 of all before this line
/// ```
///
/// The domains say what the list covers: of another domain it knows nothing, which is not the same
/// as an address that is not in it. The last line tells a whole list from a beginning of one.
///
/// @param made when, by the clock of the inside
record PushedList(Instant made, Set<Domain> domains, AddressTable table) {
    private static final String TITLE = "postern-recipients";
    private static final String VERSION = "1";

    /// A hash with its line end.
    private static final int HASH_DIGITS = 32;

    private static final int MAX_LINE = 400;
    private static final int MAX_DOMAINS = 10_000;

    PushedList {
        domains = Set.copyOf(domains);
    }

    /// What came of reading.
    sealed interface Parsed {
        record Ok(PushedList list) implements Parsed {}

        record Bad(String why) implements Parsed {}
    }

    /// Collects addresses, and writes the list of their hashes.
    static final class Writer {
        private final AddressDigest digest;
        private final TreeSet<String> domains = new TreeSet<>();
        private AddressDigest.Value[] hashes = new AddressDigest.Value[1024];
        private int size;

        /// @param random a cryptographic one: the salt comes from it
        Writer(RandomGenerator random) {
            digest = AddressDigest.random(random);
        }

        void add(AddressFile.Entry entry) {
            if (size == AddressTable.MAX_ENTRIES) {
                throw new IllegalStateException("more than " + size + " addresses");
            }
            if (size == hashes.length) {
                hashes = Arrays.copyOf(hashes, size * 2);
            }
            hashes[size++] = digest.of(entry.normal());
            domains.add(entry.domain().name());
        }

        Set<String> domains() {
            return domains;
        }

        /// How many different addresses were written.
        int write(OutputStream to, Instant made) throws IOException {
            // Their own order tells nothing of the order in which the addresses stood.
            Arrays.sort(hashes, 0, size);
            var sum = new DigestOutputStream(to, sha256());
            line(sum, TITLE + " " + VERSION);
            line(sum, "made " + made.truncatedTo(ChronoUnit.SECONDS));
            line(sum, "salt " + HexFormat.of().formatHex(digest.key()));
            for (var domain : domains) {
                line(sum, "domain " + domain);
            }
            int written = 0;
            for (int i = 0; i < size; i++) {
                if (i == 0 || !hashes[i].equals(hashes[i - 1])) {
                    line(sum, hex(hashes[i]));
                    written++;
                }
            }
            var digits = HexFormat.of().formatHex(sum.getMessageDigest().digest());
            to.write(("end " + written + " " + digits + "\n").getBytes(StandardCharsets.US_ASCII));
            to.flush();
            return written;
        }

        private static void line(OutputStream to, String text) throws IOException {
            to.write((text + "\n").getBytes(StandardCharsets.US_ASCII));
        }

        private static String hex(AddressDigest.Value value) {
            return HexFormat.of().toHexDigits(value.high())
                    + HexFormat.of().toHexDigits(value.low());
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /// Reads a list, whole.
    static Parsed read(InputStream from) throws IOException {
        return new Reader(new BufferedInputStream(from, 1 << 16)).read();
    }

    /// Line by line. For one thread.
    private static final class Reader {
        private final InputStream in;
        private final MessageDigest sum = sha256();
        private final byte[] line = new byte[MAX_LINE];
        private long number;
        private Optional<Instant> made = Optional.empty();
        private final LinkedHashSet<Domain> domains = new LinkedHashSet<>();
        private AddressTable.@org.jspecify.annotations.Nullable Builder builder;

        Reader(InputStream in) {
            this.in = in;
        }

        Parsed read() throws IOException {
            var title = next();
            if (title.isEmpty() || !title.get().startsWith(TITLE + " ")) {
                return new Parsed.Bad(
                        "it is not a list of hashes; make one with `postern recipients hash`");
            }
            if (!title.get().equals(TITLE + " " + VERSION)) {
                return new Parsed.Bad(
                        "it has a form that this version does not know: " + title.get());
            }
            while (true) {
                var text = next();
                if (text.isEmpty()) {
                    return new Parsed.Bad(
                            "line "
                                    + number
                                    + " is cut off or too long: the list did not arrive whole");
                }
                if (text.get().startsWith("end ")) {
                    return end(text.get());
                }
                if (!take(text.get())) {
                    return new Parsed.Bad("line " + number + " is not one of a list of hashes");
                }
                sum.update(line, 0, text.get().length() + 1);
            }
        }

        private boolean take(String text) {
            var hashes = builder;
            if (hashes != null && text.length() == HASH_DIGITS) {
                try {
                    hashes.add(
                            new AddressDigest.Value(
                                    HexFormat.fromHexDigitsToLong(text, 0, 16),
                                    HexFormat.fromHexDigitsToLong(text, 16, 32)));
                    return hashes.size() <= AddressTable.MAX_ENTRIES;
                } catch (IllegalArgumentException | IllegalStateException e) {
                    return false;
                }
            }
            int space = text.indexOf(' ');
            var value = text.substring(space + 1);
            return switch (space < 0 ? "" : text.substring(0, space)) {
                case "made" -> made(value);
                case "salt" -> salt(value);
                case "domain" -> domain(value);
                default -> false;
            };
        }

        private boolean made(String value) {
            try {
                made = Optional.of(Instant.parse(value));
                return true;
            } catch (DateTimeException e) {
                return false;
            }
        }

        private boolean salt(String value) {
            if (builder != null || value.length() != 2 * AddressDigest.KEY_OCTETS) {
                return false;
            }
            try {
                builder =
                        new AddressTable.Builder(new AddressDigest(HexFormat.of().parseHex(value)));
                return true;
            } catch (IllegalArgumentException e) {
                return false;
            }
        }

        private boolean domain(String value) {
            return Domain.parse(value).map(domains::add).orElse(false)
                    && domains.size() <= MAX_DOMAINS;
        }

        private Parsed end(String text) {
            var hashes = builder;
            if (hashes == null || made.isEmpty() || domains.isEmpty()) {
                return new Parsed.Bad("it lacks its salt, its time or its domains");
            }
            var expected = "end " + hashes.size() + " " + HexFormat.of().formatHex(sum.digest());
            if (!text.equals(expected)) {
                return new Parsed.Bad("its last line does not fit the rest: it was changed or cut");
            }
            if (hashes.size() == 0) {
                return new Parsed.Bad("it holds no address, and would refuse everybody");
            }
            return new Parsed.Ok(new PushedList(made.get(), domains, hashes.build()));
        }

        /// The next whole line; empty at the end of the input, and for a line that can't be one.
        private Optional<String> next() throws IOException {
            number++;
            int length = 0;
            int octet = in.read();
            while (octet >= 0 && octet != '\n' && length < MAX_LINE - 1) {
                line[length++] = (byte) octet;
                octet = in.read();
            }
            if (octet != '\n') {
                return Optional.empty();
            }
            line[length] = '\n';
            if (number == 1) {
                sum.update(line, 0, length + 1);
            }
            return Optional.of(new String(line, 0, length, StandardCharsets.ISO_8859_1));
        }
    }

    /// Whether that domain is covered.
    boolean covers(Domain domain) {
        return domains.contains(domain);
    }

    /// The names of the domains, in order.
    List<String> names() {
        var names = new ArrayList<String>();
        domains.forEach(domain -> names.add(domain.name()));
        names.sort(null);
        return names;
    }
}
