package io.postern.gateway.perimeter;

import io.postern.gateway.dnsbl.DnsLists;
import io.postern.gateway.greylist.Greylist;
import io.postern.gateway.identities.HeloCheck;
import io.postern.gateway.identities.LocalPartCheck;
import io.postern.gateway.identities.Lookups;
import io.postern.gateway.identities.Postmaster;
import io.postern.gateway.identities.ReversePathCheck;
import io.postern.gateway.lists.AccessLists;
import io.postern.gateway.policy.Check;
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

    private final AccessLists lists;
    private final List<Check> names = new ArrayList<>();
    private final DnsLists dnsLists;
    private final Duration selfCheck;
    private final Greylist greylist;
    private final AtomicBoolean testing = new AtomicBoolean();

    StrangerChecks(OwnRecipients recipients, Perimeter.Means means) {
        var config = means.config();
        var exempt = new Postmaster(config);
        lists = new AccessLists(config.accessList(), means.names(), exempt);
        dnsLists =
                new DnsLists(
                        config.dnsbl(), means.resolver(), new Lookups(), means.names(), exempt);
        selfCheck = config.dnsbl().selfCheck();
        names.add(new HeloCheck(config.strangers(), config.hostname(), means.resolver()));
        if (config.strangers().verifyDomain()) {
            names.add(new ReversePathCheck(means.resolver(), exempt));
        }
        names.add(new LocalPartCheck(recipients::serves, recipients::look));
        names.add(dnsLists);
        greylist =
                new Greylist(
                        config.greylist(),
                        means.store(),
                        exempt,
                        situation -> dnsLists.weight(situation) < 0,
                        means.clock());
    }

    /// The operator's own word.
    List<Check> lists() {
        return List.of(lists);
    }

    /// What the DNS and the directory say of names and addresses.
    List<Check> names() {
        return List.copyOf(names);
    }

    /// To be asked last.
    Check greylist() {
        return greylist;
    }

    /// Begins the chores. What they do is short, or on a thread of its own.
    public void start(ScheduledExecutorService chores) {
        var _ =
                chores.scheduleWithFixedDelay(
                        guarded(lists::look), SECONDS, SECONDS, TimeUnit.SECONDS);
        var _ =
                chores.scheduleWithFixedDelay(
                        guarded(greylist::flush), SECONDS, SECONDS, TimeUnit.SECONDS);
        var _ =
                chores.scheduleWithFixedDelay(
                        () -> Thread.ofVirtual().name("dnsbl-test").start(guarded(this::test)),
                        0,
                        selfCheck.toSeconds(),
                        TimeUnit.SECONDS);
    }

    private void test() {
        if (testing.compareAndSet(false, true)) {
            try {
                dnsLists.test();
            } finally {
                testing.set(false);
            }
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
