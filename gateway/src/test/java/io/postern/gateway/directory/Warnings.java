package io.postern.gateway.directory;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.slf4j.LoggerFactory;

/// Collects what is logged here at WARN and above, and keeps it off the screen.
public final class Warnings implements AutoCloseable {
    private final Logger logger = (Logger) LoggerFactory.getLogger("io.postern.gateway");
    private final ListAppender<ILoggingEvent> events = new ListAppender<>();

    public Warnings() {
        events.start();
        logger.addAppender(events);
        logger.setAdditive(false);
    }

    public List<String> messages() {
        return List.copyOf(events.list).stream()
                .filter(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    @Override
    public void close() {
        logger.detachAppender(events);
        logger.setAdditive(true);
    }
}
