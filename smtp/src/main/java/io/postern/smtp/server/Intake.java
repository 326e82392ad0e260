package io.postern.smtp.server;

import io.postern.smtp.Reply;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Stands before a handler's [DataSink]: holds it to its contract, and the content to its size.
final class Intake implements ContentScanner.Intake {
    private static final Logger log = LoggerFactory.getLogger(Intake.class);

    private final DataSink sink;
    private final long limit;
    private long octets;
    private boolean over;
    private @Nullable Throwable bug;

    Intake(DataSink sink, long limit) {
        this.sink = sink;
        this.limit = limit;
    }

    @Override
    public void take(byte[] content, int offset, int length) {
        octets += length;
        if (octets > limit) {
            abandon();
        }
        if (over) {
            return;
        }
        try {
            sink.write(content, offset, length);
        } catch (RuntimeException | Error e) {
            bug = e;
            abandon();
        }
    }

    /// Octets of content so far.
    long octets() {
        return octets;
    }

    boolean tooBig() {
        return octets > limit;
    }

    /// A sink that threw while it was written to broke its contract: our bug, so the client is told
    /// to come again.
    void rethrow() {
        if (bug != null) {
            throw new IllegalStateException("a DataSink threw", bug);
        }
    }

    /// Ends the content. Only when nothing was wrong with it.
    Reply finish() {
        over = true;
        return sink.finish();
    }

    /// Forgets the content; does nothing when it was finished or abandoned.
    void abandon() {
        if (over) {
            return;
        }
        over = true;
        try {
            sink.abandon();
        } catch (RuntimeException | Error e) {
            log.error("a DataSink threw when it was abandoned", e);
        }
    }
}
