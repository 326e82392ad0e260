package io.postern.gateway.path;

import io.postern.gateway.delivery.DeliveryEngine;
import io.postern.gateway.events.Figures;
import io.postern.smtp.Reply;
import io.postern.store.MessageStore;
import io.postern.store.NewMessage;
import io.postern.store.StoreException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Puts a treated message on stable storage and hands it to delivery: the point where a 250 becomes
/// true.
final class Keeper {
    private static final Logger LOG = LoggerFactory.getLogger(Keeper.class);

    /// A client waits ten minutes for this reply (RFC 5321 §4.5.3.2.6); a disk that needs half a
    /// minute is ill.
    private static final int PATIENCE_SECONDS = 30;

    private final MessageStore store;
    private final DeliveryEngine engine;
    private final Figures figures;

    Keeper(MessageStore store, DeliveryEngine engine, Figures figures) {
        this.store = store;
        this.engine = engine;
        this.figures = figures;
    }

    /// The reply to the end of data: 250 only when the message is on stable storage.
    ///
    /// @param contentStays whether the content stays readable after this
    Reply keep(NewMessage message, boolean contentStays) {
        long began = System.nanoTime();
        var kept = store.accept(message);
        try {
            kept.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof StoreException trouble) {
                LOG.warn(
                        "message {} refused, it can't be kept: {}",
                        message.id(),
                        trouble.getMessage());
                return Reply.of(452, "4.3.1", "the message can't be kept now, try again later");
            }
            throw new IllegalStateException(e);
        } catch (TimeoutException e) {
            LOG.warn(
                    "message {} refused: storage did not answer in {} s",
                    message.id(),
                    PATIENCE_SECONDS);
            // Should it be kept after all it is delivered, and the client's next try makes a
            // duplicate.
            var _ = kept.thenRun(() -> handOver(message, false));
            return Reply.of(451, "4.3.0", "storage does not answer, try again later");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            var _ = kept.thenRun(() -> handOver(message, false));
            return Reply.of(451, "4.3.0", "shutting down, try again later");
        }
        figures.keeping.record(System.nanoTime() - began, TimeUnit.NANOSECONDS);
        handOver(message, contentStays);
        return Reply.of(250, "2.0.0", "kept as " + message.id());
    }

    private void handOver(NewMessage message, boolean contentStays) {
        if (message.inMemory()) {
            engine.offer(message, contentStays);
        }
    }
}
