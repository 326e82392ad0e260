package io.postern.gateway.lists;

import io.postern.gateway.config.Network;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Networks, a million if need be: sorted ranges that don't overlap, 32 octets each. Immutable.
final class NetworkSet {
    /// An address as an unsigned number of 128 bits; of an IPv4 address the last 32.
    private record Bits(long high, long low) implements Comparable<Bits> {
        static Bits of(InetAddress address) {
            var octets = address.getAddress();
            long high = 0;
            long low = 0;
            for (int i = 0; i < octets.length; i++) {
                high = octets.length == 16 && i < 8 ? high << 8 | (octets[i] & 0xff) : high;
                low = octets.length == 4 || i >= 8 ? low << 8 | (octets[i] & 0xff) : low;
            }
            return new Bits(high, low);
        }

        /// With the bits after the prefix cleared, or set.
        Bits filled(int prefix, boolean set) {
            long highMask = prefix >= 64 ? 0 : prefix == 0 ? -1L : -1L >>> prefix;
            long lowMask = prefix >= 128 ? 0 : prefix <= 64 ? -1L : -1L >>> (prefix - 64);
            return set
                    ? new Bits(high | highMask, low | lowMask)
                    : new Bits(high & ~highMask, low & ~lowMask);
        }

        @Override
        public int compareTo(Bits other) {
            int order = Long.compareUnsigned(high, other.high);
            return order != 0 ? order : Long.compareUnsigned(low, other.low);
        }
    }

    private record Range(Bits first, Bits last) {
        static Range of(Network network) {
            int prefix = network.prefix() + (network.base().getAddress().length == 4 ? 96 : 0);
            var number = Bits.of(network.base());
            return new Range(number.filled(prefix, false), number.filled(prefix, true));
        }
    }

    /// Of one family: `::/0` is not `0.0.0.0/0`.
    private static final class Ranges {
        private final long[] starts;
        private final long[] ends;

        Ranges(List<Network> networks) {
            var merged = merged(networks);
            starts = new long[merged.size() * 2];
            ends = new long[merged.size() * 2];
            for (int i = 0; i < merged.size(); i++) {
                starts[2 * i] = merged.get(i).first().high();
                starts[2 * i + 1] = merged.get(i).first().low();
                ends[2 * i] = merged.get(i).last().high();
                ends[2 * i + 1] = merged.get(i).last().low();
            }
        }

        private static List<Range> merged(List<Network> networks) {
            var sorted =
                    networks.stream()
                            .map(Range::of)
                            .sorted(Comparator.comparing(Range::first))
                            .toList();
            var merged = new ArrayList<Range>();
            for (var range : sorted) {
                var before = merged.isEmpty() ? null : merged.getLast();
                if (before != null && range.first().compareTo(before.last()) <= 0) {
                    var last = range.last().compareTo(before.last()) > 0 ? range : before;
                    merged.set(merged.size() - 1, new Range(before.first(), last.last()));
                } else {
                    merged.add(range);
                }
            }
            return merged;
        }

        boolean contains(Bits number) {
            int low = 0;
            int high = starts.length / 2 - 1;
            while (low <= high) {
                int middle = (low + high) >>> 1;
                if (at(starts, middle).compareTo(number) > 0) {
                    high = middle - 1;
                } else if (at(ends, middle).compareTo(number) < 0) {
                    low = middle + 1;
                } else {
                    return true;
                }
            }
            return false;
        }

        private static Bits at(long[] numbers, int index) {
            return new Bits(numbers[2 * index], numbers[2 * index + 1]);
        }
    }

    private final Ranges v4;
    private final Ranges v6;

    NetworkSet(List<Network> networks) {
        v4 =
                new Ranges(
                        networks.stream()
                                .filter(one -> one.base() instanceof Inet4Address)
                                .toList());
        v6 =
                new Ranges(
                        networks.stream()
                                .filter(one -> one.base() instanceof Inet6Address)
                                .toList());
    }

    boolean contains(InetAddress address) {
        return (address instanceof Inet4Address ? v4 : v6).contains(Bits.of(address));
    }
}
