package io.postern.gateway.delivery;

import io.postern.store.MessageStore;
import io.postern.store.NewMessage;
import io.postern.store.Settlement;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes outcomes, and repeats what the store refused. Safe for many threads.
///
/// What was delivered and is not yet on stable storage is delivered again if the process dies. So
/// no more than [#MOST_UNSETTLED] outcomes of workers wait for their commit; the worker of the next
/// one waits with it. A crash then repeats at most so many, and one for each connection.
final class SettlementWriter {
    /// Several group commits' worth at the rate of a fast next hop.
    static final int MOST_UNSETTLED = 256;

    private static final Logger LOG = LoggerFactory.getLogger(SettlementWriter.class);

    /// @param counted whether it has a place among [#MOST_UNSETTLED]
    private record Write(List<Settlement> settlements, List<NewMessage> dsns, boolean counted) {}

    private final MessageStore store;
    private final Consumer<NewMessage> kept;
    private final Semaphore places = new Semaphore(MOST_UNSETTLED);

    /// Refused by the store; repeated, so that a full disk does not make duplicates of all that
    /// left.
    private final ConcurrentLinkedQueue<Write> refused = new ConcurrentLinkedQueue<>();

    /// @param kept told of each DSN that is on stable storage; must not block
    SettlementWriter(MessageStore store, Consumer<NewMessage> kept) {
        this.store = store;
        this.kept = kept;
    }

    /// Writes, without waiting, what a crash may undo at no harm.
    void write(List<Settlement> settlements, List<NewMessage> dsns) {
        if (settlements.isEmpty()) {
            return;
        }
        submit(new Write(settlements, dsns, false));
    }

    /// Writes the outcomes of an attempt. Blocks while too many others wait for their commit.
    void writeInTurn(List<Settlement> settlements, List<NewMessage> dsns) {
        places.acquireUninterruptibly();
        boolean submitted = false;
        try {
            submit(new Write(settlements, dsns, true));
            submitted = true;
        } finally {
            if (!submitted) {
                places.release();
            }
        }
    }

    /// Repeats the writes that the store refused earlier.
    void repeatRefused() {
        for (int left = refused.size(); left > 0; left--) {
            var again = refused.poll();
            if (again != null) {
                submit(again);
            }
        }
    }

    private void submit(Write write) {
        var _ =
                store.settle(write.settlements, write.dsns)
                        .whenComplete((_, failure) -> {
                            if (failure != null) {
                                LOG.warn(
                                        "outcomes can't be written now and will be again: {}",
                                        failure.toString());
                                refused.add(write);
                                return;
                            }
                            if (write.counted) {
                                places.release();
                            }
                            write.dsns.forEach(kept);
                        });
    }
}
