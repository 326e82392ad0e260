package io.postern.gateway.delivery;

import io.postern.mail.ContentFacts;
import io.postern.mail.Envelope;
import io.postern.smtp.client.Capabilities;
import io.postern.smtp.client.SendResult;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// What the hosts of one destination said in their last replies to EHLO. Safe for many threads.
final class Announced {
    private final Map<String, Capabilities> byHost = new ConcurrentHashMap<>();
    private volatile Set<String> hosts = Set.of();

    /// These are the destination's hosts now; what others said is forgotten.
    void hosts(Collection<String> now) {
        hosts = Set.copyOf(now);
        byHost.keySet().retainAll(hosts);
    }

    void said(String host, Capabilities capabilities) {
        byHost.put(host, capabilities);
    }

    /// Whether some host lacked 8BITMIME: mail may have to go to just that one.
    boolean refusesEightBit() {
        return byHost.values().stream().anyMatch(one -> !one.eightBitMime());
    }

    /// Why none of the hosts can carry such a message; empty when one can, or one of them was not
    /// heard yet and may.
    Optional<SendResult.Reason> obstacle(Envelope envelope, ContentFacts facts, long size) {
        var first = Optional.<SendResult.Reason>empty();
        for (var host : hosts) {
            var capabilities = byHost.get(host);
            var here =
                    capabilities == null
                            ? Optional.<SendResult.Reason>empty()
                            : capabilities.obstacle(envelope, facts, size);
            if (here.isEmpty()) {
                return here;
            }
            first = first.isPresent() ? first : here;
        }
        return first;
    }
}
