package io.postern.gateway.events;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.function.Supplier;

/// The gateway's figures for Prometheus. Counters only grow; gauges are read when asked.
public final class Figures {
    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    public final Counter received = counter("postern.messages.received", "Messages answered 250.");
    public final Counter refused =
            counter("postern.commands.refused", "Commands and contents refused with 4xx or 5xx.");
    public final Counter signatures = counter("postern.dkim.signatures", "DKIM signatures made.");
    public final Counter delivered =
            counter("postern.recipients.delivered", "Recipients a next hop took.");
    public final Counter deferred =
            counter("postern.recipients.deferred", "Attempts that will be repeated.");
    public final Counter failed = counter("postern.recipients.failed", "Recipients given up.");
    public final Counter loggedIn = counter("postern.auth.ok", "Logins that succeeded.");
    public final Counter loginsRefused =
            counter("postern.auth.failed", "Logins with a wrong name or password, or locked.");
    public final Counter dsns = counter("postern.dsn.made", "Delivery status notifications made.");
    public final Timer keeping =
            Timer.builder("postern.store.accept")
                    .description("Wait for stable storage.")
                    .register(registry);

    /// A counter; the same one for the same name.
    public Counter counter(String name, String help) {
        return Counter.builder(name).description(help).register(registry);
    }

    /// A counter with a tag; the same one for the same name and value.
    public Counter counter(String name, String help, String tag, String value) {
        return Counter.builder(name).description(help).tag(tag, value).register(registry);
    }

    /// Counts a rule whose condition held. The same rule after a reload is the same counter.
    public void ruleHeld(String rule, boolean shadow) {
        Counter.builder("postern.rules.held")
                .description("Rules whose condition held.")
                .tag("rule", rule)
                .tag("mode", shadow ? "shadow" : "enforce")
                .register(registry)
                .increment();
    }

    /// Counts a rule whose condition could not be computed.
    public void ruleFailed(String rule) {
        Counter.builder("postern.rules.failed")
                .description("Rules whose condition could not be computed, and so did nothing.")
                .tag("rule", rule)
                .register(registry)
                .increment();
    }

    /// Adds a gauge.
    public void gauge(String name, String help, Supplier<Number> value) {
        Gauge.builder(name, value).description(help).strongReference(true).register(registry);
    }

    /// Adds a gauge with a tag.
    public void gauge(
            String name, String help, String tag, String value, Supplier<Number> reading) {
        Gauge.builder(name, reading)
                .description(help)
                .tag(tag, value)
                .strongReference(true)
                .register(registry);
    }

    /// All figures in Prometheus' text format.
    public String scrape() {
        return registry.scrape();
    }
}
