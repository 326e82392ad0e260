package io.postern.gateway;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.slf4j.LoggerFactory;

/// Listens to the mail log while it is open.
final class MailEvents implements AutoCloseable {
    private final Logger logger = (Logger) LoggerFactory.getLogger("postern.mail");
    private final Lines lines = new Lines();

    MailEvents() {
        logger.setLevel(Level.INFO);
        logger.setAdditive(false);
        lines.start();
        logger.addAppender(lines);
    }

    /// The lines of an event so far, in order.
    List<String> of(String event) {
        return lines.matching(line -> line.startsWith(event + " "));
    }

    /// The first line of an event, waiting up to ten seconds.
    String first(String event) throws InterruptedException {
        synchronized (lines) {
            long until = System.nanoTime() + 10_000_000_000L;
            while (of(event).isEmpty()) {
                long left = (until - System.nanoTime()) / 1_000_000;
                if (left <= 0) {
                    throw new AssertionError("no " + event + " within ten seconds");
                }
                lines.wait(left);
            }
            return of(event).getFirst();
        }
    }

    @Override
    public void close() {
        logger.detachAppender(lines);
        logger.setAdditive(true);
        logger.setLevel(null);
    }

    private static final class Lines extends AppenderBase<ILoggingEvent> {
        private final List<String> all = new ArrayList<>();

        @Override
        protected synchronized void append(ILoggingEvent event) {
            all.add(event.getFormattedMessage());
            notifyAll();
        }

        synchronized List<String> matching(Predicate<String> those) {
            return all.stream().filter(those).toList();
        }
    }
}
