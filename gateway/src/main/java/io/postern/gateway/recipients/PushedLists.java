package io.postern.gateway.recipients;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// Lists of hashes, as `postern recipients hash` makes them and `postern recipients push` sends
/// them.
public final class PushedLists {
    private PushedLists() {}

    /// What became of a pushed list.
    public sealed interface Taken {
        /// It is in force.
        ///
        /// @param entries addresses in it
        /// @param made when, by the clock of the inside
        /// @param domains that it covers
        record Yes(long entries, Instant made, List<String> domains) implements Taken {}

        /// It is not one, or not one that may replace the other.
        record No(String why) implements Taken {}
    }

    /// What came of hashing.
    public sealed interface Hashed {
        /// The list was written.
        ///
        /// @param entries different addresses
        /// @param left addresses of other domains than those wanted
        record Ok(long entries, long left, List<String> domains) implements Hashed {}

        record Bad(String why) implements Hashed {}
    }

    /// Where addresses come from.
    public interface Origin {
        /// Hands over one after the other.
        ///
        /// @return why this was not all of them; empty when it was
        String into(Consumer<String> taker) throws IOException;
    }

    /// Hashes the addresses of a text (one a line, `#` begins a comment) and writes the list.
    ///
    /// @param domains the list is to cover these and no others; all that occur when empty
    public static Hashed hash(
            InputStream addresses,
            Set<String> domains,
            Instant made,
            RandomGenerator random,
            OutputStream to)
            throws IOException {
        var collector = new Collector(domains, random);
        return switch (AddressFile.read(addresses, collector::take)) {
            case AddressFile.Parsed.Bad(var line, var why) ->
                    new Hashed.Bad(line == 0 ? "it " + why : "line " + line + " " + why);
            case AddressFile.Parsed.Ok _ -> collector.write(made, to);
        };
    }

    /// Hashes addresses from elsewhere and writes the list.
    ///
    /// @param domains as above
    public static Hashed hash(
            Origin addresses,
            Set<String> domains,
            Instant made,
            RandomGenerator random,
            OutputStream to)
            throws IOException {
        var collector = new Collector(domains, random);
        var trouble = addresses.into(text -> AddressFile.entry(text).ifPresent(collector::take));
        return trouble.isEmpty() ? collector.write(made, to) : new Hashed.Bad(trouble);
    }

    private static final class Collector {
        private final Set<String> wanted;
        private final PushedList.Writer writer;
        private long left;

        Collector(Set<String> wanted, RandomGenerator random) {
            this.wanted = wanted;
            writer = new PushedList.Writer(random);
        }

        void take(AddressFile.Entry entry) {
            if (wanted.isEmpty() || wanted.contains(entry.domain().name())) {
                writer.add(entry);
            } else {
                left++;
            }
        }

        /// A domain without any address would be refused altogether: that is a slip.
        Hashed write(Instant made, OutputStream to) throws IOException {
            var missing = new TreeSet<>(wanted);
            missing.removeAll(writer.domains());
            if (!missing.isEmpty()) {
                return new Hashed.Bad("there is no address of " + String.join(", ", missing));
            }
            if (writer.domains().isEmpty()) {
                return new Hashed.Bad("there is no address");
            }
            return new Hashed.Ok(writer.write(to, made), left, List.copyOf(writer.domains()));
        }
    }
}
