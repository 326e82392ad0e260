package io.postern.km;

import io.postern.km.secret.KmException;
import io.postern.km.secret.Octets;
import java.security.KeyPair;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/// Issues to many. All processors make keys, deposits and files; one thread has the vault, signs,
/// and commits a portion at a time: certificates and a line of the audit for each address in one
/// transaction, and one wait for the disk. What was done is what the database has, so that a run
/// that died goes on when the same is asked again.
final class Bulk {
    /// Addresses in a transaction: few enough to be seen to go on, enough that the disk and the
    /// checkpoint's signature do not count.
    static final int PORTION = 32;

    /// Keys that are made ahead of a portion, so that no processor waits while it is committed.
    private static final int AHEAD = 16;

    private final OpenVault vault;
    private final Desk desk;
    private final Handout handout;
    private final BulkWatch watch;
    private final Issuing issuing;
    private final Set<String> seen = new HashSet<>();
    private int next;

    Bulk(OpenVault vault, Handout handout, BulkWatch watch) {
        this.vault = vault;
        desk = vault.desk();
        this.handout = handout;
        this.watch = watch;
        issuing = new Issuing(vault);
    }

    /// An order whose keys are being made.
    private record Waiting(int index, IssueOrder order, List<Future<KeyPair>> keys) {}

    /// An order that was signed, and what its files and deposits come to.
    private record Signed(int index, Made made, Future<Kept> kept) {}

    private record Kept(KeyFiles files, List<Optional<Octets>> deposits) {}

    void run(String act, List<IssueOrder> orders) {
        desk.ready(); // before the long work
        var maker = KeyFileMaker.of(desk);
        var escrow = issuing.escrow();
        var threads = Thread.ofPlatform().daemon().name("km-keys-", 0).factory();
        var pool =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors(), threads);
        var queue = new ArrayDeque<Waiting>();
        try {
            fill(act, orders, queue, pool);
            while (!queue.isEmpty()) {
                var portion = sign(queue, maker, escrow, pool);
                // Before waiting, so that no processor does.
                fill(act, orders, queue, pool);
                commit(act, portion);
            }
        } finally {
            pool.shutdownNow();
            pool.close(); // no file is written any more when this returns
        }
    }

    private void fill(
            String act, List<IssueOrder> orders, ArrayDeque<Waiting> queue, ExecutorService pool) {
        while (queue.size() < PORTION + AHEAD && next < orders.size()) {
            int index = next++;
            var order = orders.get(index);
            var had = act.equals("issue") ? had(order) : Optional.<String>empty();
            if (had.isPresent()) {
                watch.passed(index, true, had.get());
                continue;
            }
            var random = desk.world().random();
            queue.add(
                    new Waiting(
                            index,
                            order,
                            order.usages().stream()
                                    .map(_ -> pool.submit(() -> order.kind().generate(random)))
                                    .toList()));
        }
    }

    /// Of the database, or of the orders before.
    private Optional<String> had(IssueOrder order) {
        var same = issuing.same(order);
        if (same.isPresent()) {
            return Optional.of(
                    "%s has a certificate (%s, valid until %s)"
                            .formatted(order.address(), same.get().usage(), same.get().notAfter()));
        }
        var address = Certificates.key(order.address().toString());
        boolean twice = false;
        for (var usage : order.usages()) {
            twice |= !seen.add(address + " " + Issuing.word(usage));
        }
        return twice ? Optional.of(order.address() + " is named twice") : Optional.empty();
    }

    private List<Signed> sign(
            ArrayDeque<Waiting> queue, KeyFileMaker maker, Octets escrow, ExecutorService pool) {
        var signer = Signer.of(vault);
        var portion = new ArrayList<Signed>();
        for (int i = 0; i < PORTION && !queue.isEmpty(); i++) {
            var waiting = queue.remove();
            Made made;
            try {
                made =
                        Issuing.made(
                                signer,
                                waiting.order,
                                waiting.keys.stream().map(Bulk::waited).toList());
            } catch (KmException e) {
                watch.passed(waiting.index, false, String.valueOf(e.getMessage()));
                continue;
            }
            portion.add(
                    new Signed(waiting.index, made, pool.submit(() -> kept(made, maker, escrow))));
        }
        return portion;
    }

    private Kept kept(Made made, KeyFileMaker maker, Octets escrow) {
        var files = made.files(maker);
        boolean done = false;
        try {
            var deposits = made.deposits(escrow, maker.random());
            handout.keep(files);
            done = true;
            return new Kept(files, deposits);
        } finally {
            if (!done) {
                files.close();
            }
        }
    }

    private void commit(String act, List<Signed> portion) {
        if (portion.isEmpty()) {
            return; // all refused
        }
        var kept = new ArrayList<Kept>();
        try {
            portion.forEach(one -> kept.add(waited(one.kept)));
            desk.world().steps().at(act + ": files kept");
            desk.act(
                    portion.stream().map(one -> one.made.request(act)).toList(),
                    on -> {
                        for (int i = 0; i < portion.size(); i++) {
                            portion.get(i)
                                    .made
                                    .insert(on, kept.get(i).deposits, desk.world().now());
                        }
                        return true;
                    });
            for (int i = 0; i < portion.size(); i++) {
                handout.show(kept.get(i).files);
                desk.world().steps().at(act + ": shown");
                watch.done(
                        portion.get(i).index,
                        kept.get(i).files.files().stream().map(KeyFile::certificate).toList());
            }
            watch.portion();
        } finally {
            kept.forEach(one -> one.files.close());
        }
    }

    private static <T> T waited(Future<T> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted between two portions", e);
        } catch (ExecutionException e) {
            @Nullable Throwable cause = e.getCause();
            if (cause instanceof RuntimeException own) {
                throw own;
            }
            throw new IllegalStateException(cause);
        }
    }
}
