package io.postern.testkit;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.slf4j.LoggerFactory;

/// Collects what a package logs at WARN and above, and keeps it off the screen, until it is closed.
public final class Warnings implements AutoCloseable {
    private final Logger logger;
    private final ListAppender<ILoggingEvent> events = new ListAppender<>();

    /// @param name of the package or the class; those below it are heard too
    public Warnings(String name) {
        logger = (Logger) LoggerFactory.getLogger(name);
        events.start();
        logger.addAppender(events);
        logger.setAdditive(false);
    }

    /// In the order in which they were logged.
    public List<String> messages() {
        return List.copyOf(events.list).stream()
                .filter(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    /// The warning, of which there is one.
    public String only() {
        var messages = messages();
        if (messages.size() != 1) {
            throw new AssertionError(messages.size() + " warnings: " + messages);
        }
        return messages.getFirst();
    }

    @Override
    public void close() {
        logger.detachAppender(events);
        logger.setAdditive(true);
    }
}
