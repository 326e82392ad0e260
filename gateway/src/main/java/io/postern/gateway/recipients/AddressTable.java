package io.postern.gateway.recipients;

import java.util.Optional;

/// A set of addresses, kept as 128-bit hashes in one array with open addressing: 32 octets an
/// address at most while it grows, 34 MB for a million. Immutable once built; asking it takes about
/// a microsecond, most of it for the hash.
final class AddressTable {
    /// Addresses of one table, which then takes 270 MB.
    static final int MAX_ENTRIES = 10_000_000;

    private final AddressDigest digest;
    private final long[] places;
    private final int size;

    private AddressTable(AddressDigest digest, long[] places, int size) {
        this.digest = digest;
        this.places = places;
        this.size = size;
    }

    /// How many addresses are in it.
    int size() {
        return size;
    }

    /// Octets that it takes.
    long octets() {
        return 16L + 8L * places.length;
    }

    boolean contains(String normal) {
        return find(places, digest.of(normal)) < 0;
    }

    /// The entry that stands for an address: its own, that without its detail, or that of everybody
    /// at its domain; empty when there is none.
    Optional<String> match(NormalAddress address) {
        var whole = address.whole();
        if (contains(whole)) {
            return Optional.of(whole);
        }
        var base = address.withoutDetail().map(NormalAddress::whole).filter(this::contains);
        if (base.isPresent()) {
            return base;
        }
        return Optional.of(NormalAddress.everybodyAt(address.domain())).filter(this::contains);
    }

    /// The index of the free place for that value, or -1 when the value is there.
    private static int find(long[] places, AddressDigest.Value value) {
        int mask = places.length - 1;
        long low = occupied(value);
        for (int at = (int) (value.high() << 1) & mask; ; at = (at + 2) & mask) {
            if (places[at + 1] == 0) {
                return at;
            }
            if (places[at] == value.high() && places[at + 1] == low) {
                return -1;
            }
        }
    }

    /// Zero marks a free place.
    private static long occupied(AddressDigest.Value value) {
        return value.low() == 0 ? 1 : value.low();
    }

    /// Fills a table. For one thread.
    static final class Builder {
        private static final int LEAST_PLACES = 16;

        private final AddressDigest digest;
        private long[] places = new long[2 * LEAST_PLACES];
        private int size;

        Builder(AddressDigest digest) {
            this.digest = digest;
        }

        /// An address in normal form, or `@domain`; twice is once.
        Builder add(String normal) {
            return add(digest.of(normal));
        }

        Builder add(AddressDigest.Value value) {
            int at = find(places, value);
            if (at < 0) {
                return this;
            }
            if (size == MAX_ENTRIES) {
                throw new IllegalStateException("more than " + MAX_ENTRIES + " addresses");
            }
            places[at] = value.high();
            places[at + 1] = occupied(value);
            size++;
            // At most five of eight places are taken, so a search ends after two or three.
            if (size > places.length / 16 * 5) {
                grow();
            }
            return this;
        }

        int size() {
            return size;
        }

        private void grow() {
            var larger = new long[places.length * 2];
            for (int i = 0; i < places.length; i += 2) {
                if (places[i + 1] != 0) {
                    int at = find(larger, new AddressDigest.Value(places[i], places[i + 1]));
                    larger[at] = places[i];
                    larger[at + 1] = places[i + 1];
                }
            }
            places = larger;
        }

        AddressTable build() {
            return new AddressTable(digest, places, size);
        }
    }
}
