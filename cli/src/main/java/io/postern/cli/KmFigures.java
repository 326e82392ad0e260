package io.postern.cli;

import io.postern.gateway.events.Figures;
import io.postern.km.KmHealth;
import io.postern.km.KmStatus;
import io.postern.km.KmWatch;
import io.postern.km.limits.ClientRates;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/// The figures of a vault, `postern_km_…`, out of what was seen of it last: nothing is opened for a
/// scrape. What is not known is NaN.
final class KmFigures {
    private final Figures figures;
    private final KmWatch watch;
    private final InstantSource clock;

    private KmFigures(Figures figures, KmWatch watch, InstantSource clock) {
        this.figures = figures;
        this.watch = watch;
        this.clock = clock;
    }

    /// Adds them.
    static void show(Figures figures, KmWatch watch, InstantSource clock) {
        new KmFigures(figures, watch, clock).show();
    }

    /// Adds the requests of a service that were refused for their number.
    static void refused(Figures figures, String service, ClientRates rates) {
        figures.gauge(
                "postern.km.refused",
                "Requests refused because their client asked too many, since the start.",
                "service",
                service,
                rates::refused);
    }

    private void show() {
        figures.gauge(
                "postern.km.up",
                "Whether there is a vault that can be published.",
                () ->
                        watch.seen()
                                        .status()
                                        .filter(one -> one.state().equals("sealed"))
                                        .isPresent()
                                ? 1
                                : 0);
        figures.gauge(
                "postern.km.warnings",
                "How many things somebody should do; `postern km status` and /health tell them.",
                () -> watch.seen().warnings().size());
        until("crl.horizon", "the last revocation list that is signed ends", KmStatus::crlHorizon);
        until("crl.next", "the revocation list in force ends", KmStatus::crlNextUpdate);
        until("authority", "the issuing authority's certificate ends", KmStatus::authorityUntil);
        until("root", "the root's certificate ends", KmStatus::rootUntil);
        until("ocsp", "the OCSP responder's certificate ends", KmStatus::responderUntil);
        count("valid", KmStatus::valid);
        count("expiring", KmStatus::expiring);
        count("held", KmStatus::held);
        count("revoked", KmStatus::revoked);
        since("backup", "a backup was made", KmHealth::lastBackup);
        since(
                "medium.test",
                "the second medium of the unseal key was shown to work",
                seen -> seen.status().flatMap(KmStatus::backupTested));
    }

    private void until(String name, String what, Function<KmStatus, Optional<Instant>> end) {
        figures.gauge(
                "postern.km." + name + ".seconds",
                "Until " + what + "; negative when it has.",
                () ->
                        seconds(
                                watch.seen().status().flatMap(end),
                                at -> Duration.between(clock.instant(), at).toSeconds()));
    }

    private void since(String name, String what, Function<KmHealth, Optional<Instant>> time) {
        figures.gauge(
                "postern.km." + name + ".age.seconds",
                "Since " + what + ".",
                () ->
                        seconds(
                                time.apply(watch.seen()),
                                at -> Duration.between(at, clock.instant()).toSeconds()));
    }

    private void count(String state, ToLongFunction<KmStatus> number) {
        figures.gauge(
                "postern.km.certificates",
                "Certificates; those that end within 30 days are counted as expiring, too.",
                "state",
                state,
                () -> watch.seen().status().<Number>map(number::applyAsLong).orElse(Double.NaN));
    }

    private static Number seconds(Optional<Instant> time, ToLongFunction<Instant> seconds) {
        return time.<Number>map(seconds::applyAsLong).orElse(Double.NaN);
    }
}
