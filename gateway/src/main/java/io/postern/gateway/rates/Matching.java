package io.postern.gateway.rates;

import io.postern.gateway.config.Network;
import java.net.InetAddress;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;

/// Which buckets an operator means, and the emptiest of many.
final class Matching {
    private static final Comparator<RateView> EMPTIEST_FIRST =
            Comparator.comparingDouble((RateView view) -> -(double) view.used() / view.burst())
                    .thenComparing(RateView::rate)
                    .thenComparing(RateView::key);

    private Matching() {}

    /// Whether that key's bucket, or one that an address of it falls into, is meant.
    static boolean owner(String wanted, String owner) {
        return !wanted.isEmpty() && (owner.equalsIgnoreCase(wanted) || within(wanted, owner));
    }

    /// IPv6 has many spellings, and an address is counted with its network too.
    private static boolean within(String wanted, String owner) {
        char last = wanted.charAt(wanted.length() - 1);
        if (wanted.indexOf(':') < 0 && (last < '0' || last > '9')) {
            return false; // a name
        }
        var network = Network.parse(owner);
        return network.isPresent()
                && literal(wanted.replaceFirst("/(24|64)$", ""))
                        .filter(address -> network.get().contains(address))
                        .filter(_ -> wanted.indexOf('/') < 0 || owner.indexOf('/') >= 0)
                        .isPresent();
    }

    private static Optional<InetAddress> literal(String text) {
        try {
            return Optional.of(InetAddress.ofLiteral(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /// Collects views and keeps the emptiest.
    static final class Emptiest {
        private final int limit;
        private final PriorityQueue<RateView> kept = new PriorityQueue<>(EMPTIEST_FIRST.reversed());

        Emptiest(int limit) {
            this.limit = limit;
        }

        void add(RateView view) {
            kept.add(view);
            if (kept.size() > limit) {
                kept.remove();
            }
        }

        List<RateView> list() {
            return kept.stream().sorted(EMPTIEST_FIRST).toList();
        }
    }
}
