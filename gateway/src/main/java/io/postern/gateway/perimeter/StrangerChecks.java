package io.postern.gateway.perimeter;

import io.postern.gateway.config.Config;
import io.postern.gateway.dnsbl.DnsLists;
import io.postern.gateway.greylist.Greylist;
import io.postern.gateway.identities.HeloCheck;
import io.postern.gateway.identities.LocalPartCheck;
import io.postern.gateway.identities.Postmaster;
import io.postern.gateway.identities.ReversePathCheck;
import io.postern.gateway.lists.AccessLists;
import io.postern.gateway.lookups.Lookups;
import io.postern.gateway.policy.Check;
import io.postern.gateway.policy.Situation;
import io.postern.gateway.recipients.OwnRecipients;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The checks of strangers' clients, names and addresses, and the chores that they need.
public final class StrangerChecks implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StrangerChecks.class);

    /// How often files are looked at, and what changed is written.
    private static final long SECONDS = 2;

    private final Perimeter.Means means;
    private final Postmaster exempt;
    private final List<Check> names = new ArrayList<>();
    private final Greylist greylist;
    private volatile Lists lists;

    /// When zones are due to be tested, by [System#nanoTime].
    private volatile long testAt = System.nanoTime();

    private final AtomicBoolean testing = new AtomicBoolean();

    StrangerChecks(OwnRecipients recipients, Perimeter.Means means) {
        this.means = means;
        var config = means.config();
        exempt = new Postmaster(config);
        lists =
                new Lists(
                        new AccessLists(config.accessList(), means.names(), exempt),
                        new DnsLists(
                                config.dnsbl(),
                                means.resolver(),
                                new Lookups(),
                                means.names(),
                                exempt),
                        config.dnsbl().selfCheck());
        names.add(new HeloCheck(config.strangers(), config.hostname(), means.resolver()));
        if (config.strangers().verifyDomain()) {
            names.add(new ReversePathCheck(means.resolver(), exempt));
        }
        names.add(new LocalPartCheck(recipients::serves, recipients::look));
        greylist =
                new Greylist(
                        config.greylist(),
                        means.store(),
                        exempt,
                        situation -> lists.dns().weight(situation) < 0,
                        means.clock());
    }

    /// The lists of a configuration.
    ///
    /// @param selfCheck how often DNS lists are tested
    record Lists(AccessLists access, DnsLists dns, Duration selfCheck) {}

    /// Reads those of another configuration; nothing changes yet.
    ///
    /// @throws io.postern.gateway.config.ConfigException when one can't be used
    Lists read(Config next) {
        return new Lists(
                new AccessLists(next.accessList(), means.names(), exempt),
                lists.dns().with(next.dnsbl()),
                next.dnsbl().selfCheck());
    }

    void use(Lists others) {
        lists = others;
        testAt = System.nanoTime();
    }

    /// The operator's own word.
    Check accessLists() {
        return lists.access();
    }

    /// Who speaks for a client, of the lists in force.
    AccessLists.Vouching vouching(Situation situation) {
        return lists.access().vouching(situation);
    }

    /// What the DNS and the directory say of names and addresses.
    List<Check> names() {
        var all = new ArrayList<>(names);
        all.add(lists.dns());
        return List.copyOf(all);
    }

    /// To be asked last.
    Check greylist() {
        return greylist;
    }

    /// Begins the chores. What they do is short, or on a thread of its own.
    public void start(ScheduledExecutorService chores) {
        var _ =
                chores.scheduleWithFixedDelay(
                        guarded(() -> lists.access().look()), SECONDS, SECONDS, TimeUnit.SECONDS);
        var _ =
                chores.scheduleWithFixedDelay(
                        guarded(greylist::flush), SECONDS, SECONDS, TimeUnit.SECONDS);
        var _ =
                chores.scheduleWithFixedDelay(
                        guarded(this::testWhenDue), 0, SECONDS, TimeUnit.SECONDS);
    }

    private void testWhenDue() {
        long now = System.nanoTime();
        if (now - testAt >= 0 && testing.compareAndSet(false, true)) {
            testAt = now + lists.selfCheck().toNanos();
            Thread.ofVirtual().name("dnsbl-test").start(guarded(this::test));
        }
    }

    private void test() {
        try {
            lists.dns().test();
        } finally {
            testing.set(false);
        }
    }

    private static Runnable guarded(Runnable chore) {
        return () -> {
            try {
                chore.run();
            } catch (RuntimeException | Error e) {
                LOG.warn("a chore failed and will be repeated: {}", e.toString());
            }
        };
    }

    /// Writes what is remembered; to be called when no session is left, before the store is closed.
    @Override
    public void close() {
        greylist.close();
    }
}
